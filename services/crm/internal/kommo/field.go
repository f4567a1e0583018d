package kommo

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// Field is the definition of a custom field of leads.
type Field struct {
	ID   int64
	Name string
	// Code is empty unless the field was created through the API with one.
	Code string
	// Type such as "text", "textarea", "select", "url".
	Type string
	// Options are the labels of a select.
	Options []string
}

// NewField is a field to create.
type NewField struct {
	Name string
	Code string
	Type string
	// Options are the labels of a select, in order.
	Options []string
	// APIOnly keeps users from editing the values.
	APIOnly bool
}

type enumJSON struct {
	Value string `json:"value"`
	Sort  int    `json:"sort"`
}

// LeadFields lists the custom fields of leads.
func (c *Client) LeadFields(ctx context.Context) ([]Field, error) {
	type fieldDefinition struct {
		ID    int64      `json:"id"`
		Name  string     `json:"name"`
		Code  string     `json:"code"`
		Type  string     `json:"type"`
		Enums []enumJSON `json:"enums"`
	}
	items, err := all[fieldDefinition](ctx, c, call{name: "LeadFields", path: "leads/custom_fields"}, "custom_fields")
	fields := make([]Field, 0, len(items))
	for _, item := range items {
		field := Field{ID: item.ID, Name: item.Name, Code: item.Code, Type: item.Type}
		for _, option := range item.Enums {
			field.Options = append(field.Options, option.Value)
		}
		fields = append(fields, field)
	}
	return fields, err
}

// AddLeadFields creates custom fields of leads and returns their ids in the same order. It takes an administrator's token.
// Nothing keeps a repeated call from creating twins: list first.
func (c *Client) AddLeadFields(ctx context.Context, fields []NewField) ([]int64, error) {
	type newField struct {
		Name    string     `json:"name"`
		Code    string     `json:"code,omitempty"`
		Type    string     `json:"type"`
		Enums   []enumJSON `json:"enums,omitempty"`
		APIOnly bool       `json:"is_api_only"`
	}
	body := make([]newField, len(fields))
	for i, f := range fields {
		body[i] = newField{Name: f.Name, Code: f.Code, Type: f.Type, APIOnly: f.APIOnly}
		for j, option := range f.Options {
			body[i].Enums = append(body[i].Enums, enumJSON{option, j + 1})
		}
	}
	return c.create(ctx, call{name: "AddLeadFields", path: "leads/custom_fields", in: body}, "custom_fields", len(fields))
}

// create posts a batch and returns the new ids in its order.
func (c *Client) create(ctx context.Context, post call, collection string, count int) ([]int64, error) {
	if count == 0 {
		return nil, nil
	}
	var out struct {
		Embedded map[string]json.RawMessage `json:"_embedded"`
	}
	post.method, post.out = http.MethodPost, &out
	if err := c.do(ctx, post); err != nil {
		return nil, uncertainWhenEmpty(err)
	}
	return created(post.name, collection, count, out.Embedded)
}

// uncertainWhenEmpty corrects a success without a body: something may have been created, so it is not NotFound.
func uncertainWhenEmpty(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Kind == NotFound && e.Status == http.StatusNoContent {
		return &Error{Kind: Unavailable, Call: e.Call, Status: e.Status, RequestID: e.RequestID, Uncertain: true, problem: "an empty answer"}
	}
	return err
}
