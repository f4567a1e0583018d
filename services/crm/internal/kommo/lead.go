package kommo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Lead is a deal's card.
type Lead struct {
	ID   int64
	Name string
	// Price is a decimal in the account's currency; empty when null. It need not be whole.
	Price             string
	StatusID          int64
	PipelineID        int64
	ResponsibleUserID int64
	AccountID         int64
	Deleted           bool
	UpdateTime        time.Time
	// Contacts are ids only; a contact has to be read by itself.
	Contacts  []LinkedContact
	Companies []int64
	Fields    []FieldValue
}

// LinkedContact is a contact on a lead's card.
type LinkedContact struct {
	ID   int64 `json:"id"`
	Main bool  `json:"is_main"`
}

// MainContact returns the id of the contact marked as the main one. Without a mark, a single contact is the main one.
func (l Lead) MainContact() (int64, bool) {
	for _, contact := range l.Contacts {
		if contact.Main {
			return contact.ID, true
		}
	}
	if len(l.Contacts) == 1 {
		return l.Contacts[0].ID, true
	}
	return 0, false
}

type leadJSON struct {
	ID                int64       `json:"id"`
	Name              string      `json:"name"`
	Price             json.Number `json:"price"`
	StatusID          int64       `json:"status_id"`
	PipelineID        int64       `json:"pipeline_id"`
	ResponsibleUserID int64       `json:"responsible_user_id"`
	AccountID         int64       `json:"account_id"`
	Deleted           bool        `json:"is_deleted"`
	UpdatedAt         int64       `json:"updated_at"`
	Fields            []fieldJSON `json:"custom_fields_values"`
	Embedded          struct {
		Contacts  []LinkedContact      `json:"contacts"`
		Companies []struct{ ID int64 } `json:"companies"`
	} `json:"_embedded"`
}

func (l leadJSON) lead() Lead {
	lead := Lead{
		ID: l.ID, Name: l.Name, Price: l.Price.String(), StatusID: l.StatusID, PipelineID: l.PipelineID,
		ResponsibleUserID: l.ResponsibleUserID, AccountID: l.AccountID, Deleted: l.Deleted,
		UpdateTime: time.Unix(l.UpdatedAt, 0).UTC(), Contacts: l.Embedded.Contacts, Fields: fieldValues(l.Fields),
	}
	for _, company := range l.Embedded.Companies {
		lead.Companies = append(lead.Companies, company.ID)
	}
	return lead
}

// Lead reads one lead with the ids of its contacts. A lead that is gone is NotFound.
func (c *Client) Lead(ctx context.Context, id int64) (Lead, error) {
	var out leadJSON
	err := c.do(ctx, call{
		name: "Lead", method: http.MethodGet, path: fmt.Sprintf("leads/%d", id), query: url.Values{"with": {"contacts"}}, out: &out,
	})
	if err == nil && out.ID != id {
		err = &Error{Kind: Unavailable, Call: "Lead", Status: http.StatusOK, problem: "the answer is about no such lead"}
	}
	return out.lead(), err
}

// LeadFilter selects leads for a sweep; what is zero is not filtered by.
type LeadFilter struct {
	// IDs are at most PageSize.
	IDs []int64
	// PipelineID and StatusID name one stage; both or none.
	PipelineID, StatusID int64
	// UpdatedSince is inclusive, in whole seconds.
	UpdatedSince time.Time
}

// Leads reads a page, counted from 1, of up to 250 leads with the ids of their contacts, the least recently changed first,
// and tells whether there are more.
func (c *Client) Leads(ctx context.Context, f LeadFilter, number int) ([]Lead, bool, error) {
	query := url.Values{"with": {"contacts"}, "order[updated_at]": {"asc"}}
	for _, id := range f.IDs {
		query.Add("filter[id][]", strconv.FormatInt(id, 10))
	}
	if f.StatusID != 0 {
		query.Set("filter[statuses][0][pipeline_id]", strconv.FormatInt(f.PipelineID, 10))
		query.Set("filter[statuses][0][status_id]", strconv.FormatInt(f.StatusID, 10))
	}
	if !f.UpdatedSince.IsZero() {
		query.Set("filter[updated_at][from]", strconv.FormatInt(f.UpdatedSince.Unix(), 10))
	}
	items, more, err := page[leadJSON](ctx, c, call{name: "Leads", path: "leads", query: query}, "leads", number)
	leads := make([]Lead, 0, len(items))
	for _, item := range items {
		leads = append(leads, item.lead())
	}
	return leads, more, err
}
