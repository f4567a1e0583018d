package jobs

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

func text(id int64) string { return strconv.FormatInt(id, 10) }

// card is what a person sees.
type card struct {
	Stage string
	Notes []struct {
		Type   string `json:"note_type"`
		Params struct {
			Text     string
			FileUUID string `json:"file_uuid"`
		}
	}
	Tasks []struct{ Text string }
	Files []struct{ Name, UUID, SHA256 string }
	Lead  struct {
		Fields []struct {
			Code   string `json:"field_code"`
			Values []struct{ Value any }
		} `json:"custom_fields_values"`
	}
}

func (c card) field(code string) string {
	for _, f := range c.Lead.Fields {
		if f.Code == code && len(f.Values) > 0 {
			return fmt.Sprint(f.Values[0].Value)
		}
	}
	return ""
}

// notes are the texts of the notes without their marks.
func (c card) notes() []string {
	var texts []string
	for _, n := range c.Notes {
		text, _, _ := strings.Cut(n.Params.Text, " [CS-")
		texts = append(texts, text)
	}
	return texts
}

func (d *desk) card(lead int64) card {
	d.Helper()
	var c card
	d.control("GET", "leads/"+text(lead), "", &c)
	return c
}

// tell takes an event about a deal's last attempt, as the follower does.
func (d *desk) tell(lead int64, kind, state string, change func(*store.SigningEvent)) {
	d.Helper()
	attempts := d.attempts(lead)
	last := attempts[len(attempts)-1]
	e := store.SigningEvent{
		Position: int64(d.count(`SELECT position FROM event_cursor`)) + 1, Account: "acme", LeadID: lead, Reference: last.Reference,
		EventBody: store.EventBody{Request: last.SignatureRequest, Type: kind, State: state, Time: time.Now()},
	}
	if change != nil {
		change(&e)
	}
	d.must(d.db.Update(context.Background(), func(ctx context.Context, tx *durable.Tx) error {
		if err := d.store.MoveCursor(ctx, tx, e.Position); err != nil {
			return err
		}
		if err := d.store.TakeEvent(ctx, tx, e); err != nil {
			return err
		}
		return tx.Enqueue(ctx, Card{Account: "acme", Lead: lead})
	}))
}

// effects are a deal's ledger as "key state", the key without what all have in common.
func (d *desk) effects(lead int64) []string {
	d.Helper()
	effects, err := d.store.Effects(context.Background(), "acme", lead)
	d.must(err)
	var lines []string
	for _, e := range effects {
		parts := strings.SplitN(e.Key, "/", 4)
		lines = append(lines, parts[3]+" "+string(e.State))
	}
	return slices.Clip(lines)
}
