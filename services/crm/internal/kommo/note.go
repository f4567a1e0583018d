package kommo

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// NewNote is a note to write on a lead's card.
type NewNote struct {
	LeadID int64
	Text   string
}

// Note is a note on a lead's card.
type Note struct {
	ID         int64
	Type       string
	Text       string
	CreateTime time.Time
	// FileUUID and FileName of an attachment note; either may be empty, because Kommo gives such a note back in two forms.
	FileUUID string
	FileName string
}

type newNoteJSON struct {
	LeadID    int64             `json:"entity_id"`
	Type      string            `json:"note_type"`
	Params    map[string]string `json:"params"`
	RequestID string            `json:"request_id"`
	// Trigger is always false: our notes are not to start the customer's automations, ours among them.
	Trigger bool `json:"is_need_to_trigger_digital_pipeline"`
}

// AddNotes writes up to Batch notes and returns their ids in the same order. Nothing keeps a repeated call from writing
// twins: look with FindNote first when an earlier call was Uncertain.
func (c *Client) AddNotes(ctx context.Context, notes []NewNote) ([]int64, error) {
	body := make([]newNoteJSON, len(notes))
	for i, n := range notes {
		body[i] = newNoteJSON{
			LeadID: n.LeadID, Type: "extended_service_message", RequestID: strconv.Itoa(i),
			Params: map[string]string{"service": c.service, "text": n.Text},
		}
	}
	return c.create(ctx, call{name: "AddNotes", path: "leads/notes", in: body}, "notes", len(notes))
}

// AddAttachmentNote writes the note that shows an attached file in a lead's feed, and returns its id. fileName needs its
// extension.
func (c *Client) AddAttachmentNote(ctx context.Context, leadID int64, file File, fileName string) (int64, error) {
	body := []newNoteJSON{{LeadID: leadID, Type: "attachment", RequestID: "0", Params: map[string]string{
		"file_uuid": file.UUID, "version_uuid": file.VersionUUID, "file_name": fileName,
	}}}
	ids, err := c.create(ctx, call{name: "AddAttachmentNote", path: "leads/notes", in: body}, "notes", 1)
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

type noteJSON struct {
	ID        int64           `json:"id"`
	Type      string          `json:"note_type"`
	CreatedAt int64           `json:"created_at"`
	Params    json.RawMessage `json:"params"`
}

func (n noteJSON) note() Note {
	var params struct {
		Text     string `json:"text"`
		FileUUID string `json:"file_uuid"`
		FileName string `json:"file_name"`
		// The other form of an attachment.
		Attachment   string `json:"attachment"`
		OriginalName string `json:"original_name"`
	}
	// Params differ by type, and are a list when empty: what does not fit has no text.
	_ = json.Unmarshal(n.Params, &params)
	return Note{
		ID: n.ID, Type: n.Type, Text: params.Text, CreateTime: time.Unix(n.CreatedAt, 0).UTC(),
		FileUUID: cmp.Or(params.FileUUID, params.Attachment), FileName: cmp.Or(params.FileName, params.OriginalName),
	}
}

// Notes lists a page, counted from 1, of a lead's notes and tells whether there are more.
func (c *Client) Notes(ctx context.Context, leadID int64, number int) ([]Note, bool, error) {
	items, more, err := page[noteJSON](ctx, c, notesOf("Notes", leadID), "notes", number)
	notes := make([]Note, 0, len(items))
	for _, item := range items {
		notes = append(notes, item.note())
	}
	return notes, more, err
}

// FindNote returns the id of a lead's note whose text ends in mark, or whose file is that uuid; false when there is none.
func (c *Client) FindNote(ctx context.Context, leadID int64, mark string) (int64, bool, error) {
	if mark == "" {
		return 0, false, nil
	}
	found, err := find(ctx, c, notesOf("FindNote", leadID), "notes", func(item noteJSON) bool {
		note := item.note()
		return strings.HasSuffix(strings.TrimSpace(note.Text), mark) || note.FileUUID == mark
	})
	if err != nil || found == nil {
		return 0, false, err
	}
	return found.ID, true, nil
}

func notesOf(name string, leadID int64) call {
	return call{name: name, method: http.MethodGet, path: fmt.Sprintf("leads/%d/notes", leadID)}
}
