package kommo

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Contact is a person's card.
type Contact struct {
	ID int64
	// Name is the full name; the two parts may be empty, or hold it all.
	Name      string
	FirstName string
	LastName  string
	Deleted   bool
	Fields    []FieldValue
}

type contactJSON struct {
	ID        int64       `json:"id"`
	Name      string      `json:"name"`
	FirstName string      `json:"first_name"`
	LastName  string      `json:"last_name"`
	Deleted   bool        `json:"is_deleted"`
	Fields    []fieldJSON `json:"custom_fields_values"`
}

func (c contactJSON) contact() Contact {
	return Contact{ID: c.ID, Name: c.Name, FirstName: c.FirstName, LastName: c.LastName, Deleted: c.Deleted, Fields: fieldValues(c.Fields)}
}

// Email returns the address for work, else a private one, else any other; empty when there is none.
func (c Contact) Email() string { return c.preferred("EMAIL", "WORK", "PRIV") }

// Phone returns the mobile number, because codes go there, else the one for work, else any other.
func (c Contact) Phone() string { return c.preferred("PHONE", "MOB", "WORK", "WORKDD") }

// Text returns the first value of a field, by code, name or id.
func (c Contact) Text(field string) string {
	found := lookup(c.Fields, field)
	return found.Text()
}

func (c Contact) preferred(code string, kinds ...string) string {
	field := lookup(c.Fields, code)
	for _, kind := range kinds {
		for _, value := range field.Values {
			if value.EnumCode == kind && value.Text != "" {
				return value.Text
			}
		}
	}
	for _, value := range field.Values {
		if value.Text != "" {
			return value.Text
		}
	}
	return ""
}

// Contact reads one contact. A contact that is gone is NotFound.
func (c *Client) Contact(ctx context.Context, id int64) (Contact, error) {
	var out contactJSON
	err := c.do(ctx, call{name: "Contact", method: http.MethodGet, path: fmt.Sprintf("contacts/%d", id), out: &out})
	return out.contact(), err
}

// Contacts reads up to PageSize contacts by id in one call; those that are gone are left out.
func (c *Client) Contacts(ctx context.Context, ids []int64) ([]Contact, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	query := url.Values{}
	for _, id := range ids {
		query.Add("filter[id][]", strconv.FormatInt(id, 10))
	}
	items, _, err := page[contactJSON](ctx, c, call{name: "Contacts", path: "contacts", query: query}, "contacts", 1)
	contacts := make([]Contact, 0, len(items))
	for _, item := range items {
		contacts = append(contacts, item.contact())
	}
	return contacts, err
}

// CompanyName reads the name of a company. One that is gone is NotFound.
func (c *Client) CompanyName(ctx context.Context, id int64) (string, error) {
	var out struct {
		Name string `json:"name"`
	}
	err := c.do(ctx, call{name: "CompanyName", method: http.MethodGet, path: fmt.Sprintf("companies/%d", id), out: &out})
	return out.Name, err
}
