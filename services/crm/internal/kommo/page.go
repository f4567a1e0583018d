package kommo

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

// PageSize is the most items Kommo gives or takes in one call.
const PageSize = 250

// Batch is how many items Kommo recommends for one writing call; more risk a 504.
const Batch = 50

// listing is a page of one collection.
type listing[T any] struct {
	Links struct {
		Next struct {
			Href string `json:"href"`
		} `json:"next"`
	} `json:"_links"`
	Embedded map[string]json.RawMessage `json:"_embedded"`
}

// page reads a page, counted from 1, of the collection of that name and tells whether there is a next one. The next link's
// address is not followed: it comes from outside, and the page's number says the same.
func page[T any](ctx context.Context, c *Client, get call, collection string, number int) ([]T, bool, error) {
	query := url.Values{}
	maps.Copy(query, get.query)
	query.Set("page", strconv.Itoa(max(number, 1)))
	if query.Get("limit") == "" {
		query.Set("limit", strconv.Itoa(PageSize))
	}
	var out listing[T]
	get.method, get.query, get.out = http.MethodGet, query, &out
	if err := c.do(ctx, get); err != nil {
		return nil, false, none(err)
	}
	var items []T
	if raw, ok := out.Embedded[collection]; ok {
		if err := json.Unmarshal(raw, &items); err != nil {
			return nil, false, &Error{Kind: Unavailable, Call: get.name, Status: http.StatusOK, problem: "the answer cannot be read"}
		}
	}
	return items, out.Links.Next.Href != "" && len(items) > 0, nil
}

// maxPages bounds a walk over a deal's own notes, tasks or files: 5,000 of each.
const maxPages = 20

// find walks the pages until match, and returns nil when no item matches.
func find[T any](ctx context.Context, c *Client, get call, collection string, match func(T) bool) (*T, error) {
	for number := 1; number <= maxPages; number++ {
		items, more, err := page[T](ctx, c, get, collection, number)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			if match(item) {
				return &item, nil
			}
		}
		if !more {
			return nil, nil
		}
	}
	return nil, &Error{Kind: Unavailable, Call: get.name, problem: "too many pages"}
}

func all[T any](ctx context.Context, c *Client, get call, collection string) ([]T, error) {
	var items []T
	_, err := find(ctx, c, get, collection, func(item T) bool {
		items = append(items, item)
		return false
	})
	return items, err
}

// created maps the ids of a batch's answer back to the order of the request: request_id is the item's index.
func created(call string, collection string, count int, raw map[string]json.RawMessage) ([]int64, error) {
	var items []struct {
		ID        int64 `json:"id"`
		RequestID any   `json:"request_id"`
	}
	broken := &Error{Kind: Unavailable, Call: call, Status: http.StatusOK, Uncertain: true, problem: "the answer does not fit the call"}
	if err := json.Unmarshal(raw[collection], &items); err != nil || len(items) != count {
		return nil, broken
	}
	ids := make([]int64, count)
	for position, item := range items {
		index := position
		if text, ok := item.RequestID.(string); ok && text != "" {
			parsed, err := strconv.Atoi(text)
			if err != nil || parsed < 0 || parsed >= count {
				return nil, broken
			}
			index = parsed
		}
		if item.ID <= 0 || ids[index] != 0 {
			return nil, broken
		}
		ids[index] = item.ID
	}
	return ids, nil
}
