package kommo

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// StageChange is an event of Kommo's log: a lead moved.
type StageChange struct {
	ID     string
	LeadID int64
	// Time is in whole seconds, by Kommo's clock.
	Time time.Time
	// UserID is 0 for a robot.
	UserID                     int64
	FromPipelineID, FromStatus int64
	ToPipelineID, ToStatus     int64
}

type eventJSON struct {
	ID        string       `json:"id"`
	Type      string       `json:"type"`
	EntityID  int64        `json:"entity_id"`
	CreatedBy int64        `json:"created_by"`
	CreatedAt int64        `json:"created_at"`
	After     []statusJSON `json:"value_after"`
	Before    []statusJSON `json:"value_before"`
}

type statusJSON struct {
	Lead struct {
		ID         int64 `json:"id"`
		PipelineID int64 `json:"pipeline_id"`
	} `json:"lead_status"`
}

func (e eventJSON) change() StageChange {
	change := StageChange{ID: e.ID, LeadID: e.EntityID, Time: time.Unix(e.CreatedAt, 0).UTC(), UserID: e.CreatedBy}
	for _, s := range e.Before {
		change.FromPipelineID, change.FromStatus = s.Lead.PipelineID, s.Lead.ID
	}
	for _, s := range e.After {
		change.ToPipelineID, change.ToStatus = s.Lead.PipelineID, s.Lead.ID
	}
	return change
}

// StageChanges reads a page, counted from 1, of the leads' moves since a time, in no order, and tells whether there are
// more. It finds what a lost hook did not tell.
func (c *Client) StageChanges(ctx context.Context, since time.Time, number int) ([]StageChange, bool, error) {
	get := stageEvents("StageChanges")
	get.query.Set("filter[created_at][from]", strconv.FormatInt(since.Unix(), 10))
	items, more, err := page[eventJSON](ctx, c, get, "events", number)
	changes := make([]StageChange, 0, len(items))
	for _, item := range items {
		if item.Type == leadMoved {
			changes = append(changes, item.change())
		}
	}
	return changes, more, err
}

// StageEntry returns when a lead last moved into a stage, by Kommo's log; zero when the log knows of no move.
func (c *Client) StageEntry(ctx context.Context, leadID, pipelineID, statusID int64) (time.Time, error) {
	get := stageEvents("StageEntry")
	get.query.Set("filter[entity_id][]", strconv.FormatInt(leadID, 10))
	items, err := all[eventJSON](ctx, c, get, "events")
	var last time.Time
	for _, item := range items {
		change := item.change()
		moved := change.ToPipelineID == pipelineID && change.ToStatus == statusID
		if item.Type == leadMoved && change.LeadID == leadID && moved && change.Time.After(last) {
			last = change.Time
		}
	}
	return last, err
}

const leadMoved = "lead_status_changed"

// stageEvents asks for 100 a page, which is the most this resource gives.
func stageEvents(name string) call {
	return call{name: name, method: http.MethodGet, path: "events", query: url.Values{
		"filter[type]": {leadMoved}, "filter[entity]": {"lead"}, "limit": {"100"},
	}}
}
