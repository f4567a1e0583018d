package e2e_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// kommo drives the simulated CRM as people drive Kommo's pages.
type kommo struct {
	url  string
	hook string // where its webhooks go
	tap  *tap
}

const (
	stageNew  = 67548607
	stageWon  = 142
	stageLost = 143
)

// deal is a deal on the board, with its main contact.
type deal struct {
	person
	lead, contact int
	title, stage  string
}

// card is what a person sees on a deal's card.
type card struct {
	Lead struct {
		StatusID int `json:"status_id"`
	} `json:"lead"`
	Stage string `json:"stage"`
	Notes []struct {
		Type   string `json:"note_type"`
		Params struct {
			Text string `json:"text"`
		} `json:"params"`
	} `json:"notes"`
	Tasks []struct {
		Text string `json:"text"`
	} `json:"tasks"`
	Files []struct {
		UUID string `json:"uuid"`
		Name string `json:"name"`
	} `json:"files"`
}

// add makes the contact and the deal, in the stage "New".
func (k kommo) add(t *testing.T, d *deal) {
	t.Helper()
	var contact struct {
		ID int `json:"id"`
	}
	known := map[string]string{
		"name": strings.TrimSpace(d.first + " " + d.last), "first_name": d.first, "last_name": d.last,
		"email": d.email, "phone": d.phone,
	}
	maps.DeleteFunc(known, func(_, value string) bool { return value == "" })
	must(t, http.MethodPost, k.url+"/_sim/contacts", known, &contact)
	d.contact = contact.ID
	k.addLead(t, d, []int{contact.ID})
}

// addLead makes the deal alone.
func (k kommo) addLead(t *testing.T, d *deal, contacts []int) {
	t.Helper()
	var lead struct {
		ID int `json:"id"`
	}
	must(t, http.MethodPost, k.url+"/_sim/leads", map[string]any{
		"name": d.title, "price": 18400, "status_id": stageNew, "contact_ids": append([]int{}, contacts...),
	}, &lead)
	d.lead = lead.ID
}

// move drags the deal to a stage.
func (k kommo) move(t *testing.T, d *deal, stage string) {
	t.Helper()
	must(t, http.MethodPost, fmt.Sprintf("%s/_sim/leads/%d/move", k.url, d.lead), map[string]any{"stage": stage}, nil)
}

// lose closes the deal as lost.
func (k kommo) lose(t *testing.T, d *deal) {
	t.Helper()
	must(t, http.MethodPost, fmt.Sprintf("%s/_sim/leads/%d/move", k.url, d.lead), map[string]any{"status_id": stageLost}, nil)
}

// remove deletes the deal.
func (k kommo) remove(t *testing.T, d *deal) {
	t.Helper()
	must(t, http.MethodDelete, fmt.Sprintf("%s/_sim/leads/%d", k.url, d.lead), nil, nil)
}

// correct changes the contact.
func (k kommo) correct(t *testing.T, d *deal, change map[string]any) {
	t.Helper()
	must(t, http.MethodPatch, fmt.Sprintf("%s/_sim/contacts/%d", k.url, d.contact), change, nil)
}

func (k kommo) card(d *deal) (card, error) {
	var c card
	return c, call(http.MethodGet, fmt.Sprintf("%s/_sim/leads/%d", k.url, d.lead), nil, &c)
}

// file is a stored file's bytes.
func (k kommo) file(t *testing.T, uuid string) []byte {
	t.Helper()
	got, err := send(http.MethodGet, k.url+"/_sim/files/"+uuid, nil, nil)
	if err != nil || got.status != http.StatusOK {
		t.Fatalf("read a file of the CRM: status %d, %v", got.status, err)
	}
	return got.body
}

// misdeliver gives the next webhooks a fault: drop, duplicate, reorder or delay.
func (k kommo) misdeliver(t *testing.T, fault string, count int) {
	t.Helper()
	must(t, http.MethodPost, k.url+"/_sim/deliveries/faults", map[string]any{"fault": fault, "count": count}, nil)
}

// tally is a card in short: each note, task and file by what it tells, in alphabetical order. What is there twice shows
// twice.
type tally struct {
	Stage               string
	Notes, Tasks, Files []string
}

func (c card) tally() tally {
	out := tally{Stage: c.Stage}
	for _, n := range c.Notes {
		text := n.Params.Text
		if n.Type == "attachment" {
			text = n.Type
		}
		out.Notes = append(out.Notes, inShort(text, noteKinds()))
	}
	for _, task := range c.Tasks {
		out.Tasks = append(out.Tasks, inShort(task.Text, taskKinds()))
	}
	for range c.Files {
		out.Files = append(out.Files, "pdf")
	}
	slices.Sort(out.Notes)
	slices.Sort(out.Tasks)
	return out
}

// noteKinds and taskKinds map a phrase of the card's English texts to one word.
func noteKinds() map[string]string {
	return map[string]string{
		"attachment": "attachment", "is out for signature": "sent", "has signed": "signed",
		"is signed by everyone": "completed", "has declined": "declined", "was not signed in time": "expired",
		"was withdrawn.": "withdrawn", "It was withdrawn at": "withdrawn at vendor", "no longer exists": "vanished", "its proof did not pass": "proof failed",
	}
}

func taskKinds() map[string]string {
	return map[string]string{
		"Please fill in": "missing", "has declined": "declined", "has expired unsigned": "expired",
		"could not be sent": "refused", "It was withdrawn at": "withdrawn at vendor", "no longer exists": "vanished",
		"did not pass": "proof failed", "its proof is weaker": "proof too weak",
	}
}

func inShort(text string, kinds map[string]string) string {
	for phrase, kind := range kinds {
		if strings.Contains(text, phrase) {
			return kind
		}
	}
	return text
}
