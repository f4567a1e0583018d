package kommo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// batchLimit is how many items a write may carry and a page may hold.
const batchLimit = 250

// item is one object of a write, read key by key; what does not fit is collected as violations.
type item struct {
	requestID  string
	fields     map[string]json.RawMessage
	violations []*violation
}

func (i *item) refuse(v *violation) {
	if v != nil {
		i.violations = append(i.violations, v)
	}
}

// has reports whether the key was sent with something other than null.
func (i *item) has(key string) bool {
	raw, sent := i.fields[key]
	return sent && string(raw) != "null"
}

// read decodes the key into the pointer and reports whether it was sent and fitted.
func (i *item) read(key, want string, into any) bool {
	if !i.has(key) {
		return false
	}
	if json.Unmarshal(i.fields[key], into) != nil {
		i.refuse(wrongType(key, want))
		return false
	}
	return true
}

func (i *item) text(key string) (s string, sent bool) {
	sent = i.read(key, "string", &s)
	return s, sent
}

func (i *item) integer(key string) (n int, sent bool) {
	sent = i.read(key, "int", &n)
	return n, sent
}

func (i *item) boolean(key string) (b, sent bool) {
	sent = i.read(key, "bool", &b)
	return b, sent
}

// require refuses the item when one of the keys was not sent.
func (i *item) require(keys ...string) {
	for _, key := range keys {
		if !i.has(key) {
			i.refuse(missing(key))
		}
	}
}

func newItem(raw json.RawMessage, index int) *item {
	i := &item{requestID: strconv.Itoa(index)}
	if json.Unmarshal(raw, &i.fields) != nil || i.fields == nil {
		i.refuse(wrongType("", "object"))
		return i
	}
	if i.has("request_id") {
		var id any
		if json.Unmarshal(i.fields["request_id"], &id) == nil {
			i.requestID = fmt.Sprint(id)
		}
	}
	return i
}

// one reads a body that must be a single object.
func (c *call) one() (*item, error) {
	if err := c.notEmpty(); err != nil {
		return nil, err
	}
	i := newItem(c.body, 0)
	return i, invalid(i)
}

// many reads a body that must be an array of objects, even for one.
func (c *call) many(k Knobs) ([]*item, error) {
	if err := c.notEmpty(); err != nil {
		return nil, err
	}
	var raw []json.RawMessage
	if json.Unmarshal(c.body, &raw) != nil {
		i := &item{requestID: "0"}
		i.refuse(wrongType("", "array"))
		return nil, invalid(i)
	}
	if len(raw) > batchLimit {
		return nil, refuse(http.StatusUnprocessableEntity, fmt.Sprintf("Limit %d per request", batchLimit))
	}
	if k.TimeoutAbove > 0 && len(raw) > k.TimeoutAbove {
		return nil, refuse(http.StatusGatewayTimeout, "Gateway Timeout")
	}
	var items []*item
	for index, one := range raw {
		items = append(items, newItem(one, index))
	}
	return items, invalid(items...)
}

func (c *call) notEmpty() error {
	switch body := bytes.TrimSpace(c.body); {
	case len(body) == 0, string(body) == "[]", string(body) == "{}", string(body) == "null":
		return refuse(http.StatusBadRequest, "Request data can not be empty")
	case !json.Valid(body):
		return refuse(http.StatusBadRequest, "Request body is not valid JSON")
	}
	return nil
}
