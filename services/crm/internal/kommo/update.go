package kommo

import (
	"context"
	"net/http"
	"strconv"
)

// LeadUpdate changes a lead; what is zero stays as it is.
type LeadUpdate struct {
	ID int64
	// PipelineID and StatusID are set together: a stage's id alone does not always move a deal between pipelines.
	PipelineID int64
	StatusID   int64
	Fields     []FieldUpdate
}

// FieldUpdate replaces all values of one custom field. Kommo refuses text of more than 256 characters.
type FieldUpdate struct {
	FieldID int64
	// Text is the value, or the exact label of a select's option.
	Text string
}

type leadUpdateJSON struct {
	ID         int64             `json:"id,omitempty"`
	PipelineID int64             `json:"pipeline_id,omitempty"`
	StatusID   int64             `json:"status_id,omitempty"`
	Fields     []fieldUpdateJSON `json:"custom_fields_values,omitempty"`
}

type fieldUpdateJSON struct {
	FieldID int64               `json:"field_id"`
	Values  []map[string]string `json:"values"`
}

func (u LeadUpdate) json() leadUpdateJSON {
	out := leadUpdateJSON{ID: u.ID, PipelineID: u.PipelineID, StatusID: u.StatusID}
	for _, f := range u.Fields {
		out.Fields = append(out.Fields, fieldUpdateJSON{f.FieldID, []map[string]string{{"value": f.Text}}})
	}
	return out
}

// UpdateLead changes one lead. One refused field refuses the whole call. Repeating it is harmless.
func (c *Client) UpdateLead(ctx context.Context, update LeadUpdate) error {
	body := update.json()
	body.ID = 0
	return c.do(ctx, call{name: "UpdateLead", method: http.MethodPatch, path: "leads/" + strconv.FormatInt(update.ID, 10), in: body})
}

// UpdateLeads changes up to Batch leads in one call; one refused item refuses all.
func (c *Client) UpdateLeads(ctx context.Context, updates []LeadUpdate) error {
	if len(updates) == 0 {
		return nil
	}
	body := make([]leadUpdateJSON, len(updates))
	for i, u := range updates {
		body[i] = u.json()
	}
	return c.do(ctx, call{name: "UpdateLeads", method: http.MethodPatch, path: "leads", in: body})
}
