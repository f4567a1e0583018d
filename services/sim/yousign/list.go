package yousign

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// listRequests answers GET /signature_requests: newest first, a page at a time, filtered by deepObject
// parameters. Filters without an operator, which older clients send, mean eq.
func (s *Simulator) listRequests(c *call) (answer, error) {
	q := c.URL.Query()
	keep, err := filters(q, s)
	if err != nil {
		return answer{}, err
	}
	limit := 100
	if text := q.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > 100 {
			return answer{}, invalidParam("limit", "This value should be between 1 and 100.")
		}
	}
	after, err := cursor(q.Get("after"))
	if err != nil {
		return answer{}, err
	}
	data, next := []map[string]any{}, any(nil)
	reached := after == ""
	for _, r := range slices.Backward(s.requests) {
		switch {
		case !reached:
			reached = r.id == after
		case keep(r) && len(data) == limit:
			next = base64.RawURLEncoding.EncodeToString([]byte(data[limit-1]["id"].(string)))
			return ok(page(data, next))
		case keep(r):
			data = append(data, s.listedView(r))
		}
	}
	return ok(page(data, next))
}

func page(data any, next any) map[string]any {
	return map[string]any{"meta": map[string]any{"next_cursor": next}, "data": data}
}

func cursor(text string) (string, error) {
	id, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return "", invalidParam("after", "This value is not valid.")
	}
	return string(id), nil
}

type test func(*request) bool

// filters turns the query into one test. Without a source only public_api is listed.
func filters(q url.Values, s *Simulator) (test, error) {
	tests := []test{}
	sourced := false
	for key, values := range q {
		name, op, ok := operator(key)
		if name == "limit" || name == "after" {
			continue
		}
		sourced = sourced || name == "source"
		t, err := filter(name, op, values[0], s)
		if !ok || err != nil {
			return nil, invalidParam(key, "This filter is not valid.")
		}
		tests = append(tests, t)
	}
	if !sourced {
		tests = append(tests, func(r *request) bool { return r.source == "public_api" })
	}
	return func(r *request) bool {
		return !slices.ContainsFunc(tests, func(t test) bool { return !t(r) })
	}, nil
}

// operator splits a key such as status[in]; a plain key means eq.
func operator(key string) (name, op string, ok bool) {
	name, op, bracketed := strings.Cut(key, "[")
	if !bracketed {
		return name, "eq", true
	}
	op, ok = strings.CutSuffix(op, "]")
	return name, op, ok
}

func filter(name, op, value string, s *Simulator) (test, error) {
	switch name {
	case "status":
		return among(op, value, func(r *request) []string { return []string{r.status} })
	case "source":
		return among(op, value, func(r *request) []string { return []string{r.source} })
	case "label.name":
		return among(op, value, func(r *request) []string {
			var names []string
			for _, l := range r.labelViews() {
				names = append(names, l["name"])
			}
			return names
		})
	case "external_id":
		return equal(op, func(r *request) bool { return r.ExternalID != nil && *r.ExternalID == value })
	case "workspace_id":
		return equal(op, func(r *request) bool { return s.workspace(r) == value })
	case "q":
		return equal(op, func(r *request) bool {
			return strings.Contains(strings.ToLower(r.Name), strings.ToLower(value))
		})
	}
	return dated(name, op, value)
}

func equal(op string, t test) (test, error) {
	if op != "eq" {
		return nil, invalidParam(op, "")
	}
	return t, nil
}

func among(op, value string, of func(*request) []string) (test, error) {
	wanted := []string{value}
	switch op {
	case "eq":
	case "in":
		wanted = strings.Split(value, ",")
	default:
		return nil, invalidParam(op, "")
	}
	return func(r *request) bool {
		return slices.ContainsFunc(of(r), func(s string) bool { return slices.Contains(wanted, s) })
	}, nil
}

// dated tests one of the times of a request against days.
func dated(name, op, value string) (test, error) {
	moment, known := moments()[name]
	var days []time.Time
	for _, text := range strings.Split(value, ",") {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return nil, err
		}
		days = append(days, d)
	}
	if !known || op == "between" && len(days) != 2 || op != "between" && len(days) != 1 {
		return nil, invalidParam(name, "")
	}
	within := map[string]func(time.Time) bool{
		"eq":      func(t time.Time) bool { return !t.Before(days[0]) && t.Before(days[0].AddDate(0, 0, 1)) },
		"before":  func(t time.Time) bool { return t.Before(days[0]) },
		"after":   func(t time.Time) bool { return !t.Before(days[0].AddDate(0, 0, 1)) },
		"between": func(t time.Time) bool { return !t.Before(days[0]) && t.Before(days[1].AddDate(0, 0, 1)) },
	}[op]
	if within == nil {
		return nil, invalidParam(op, "")
	}
	return func(r *request) bool {
		at := moment(r)
		return at != nil && within(at.UTC())
	}, nil
}

func moments() map[string]func(*request) *time.Time {
	return map[string]func(*request) *time.Time{
		"created_at":   func(r *request) *time.Time { return &r.created },
		"activated_at": func(r *request) *time.Time { return r.activated },
		"completed_at": func(r *request) *time.Time { return r.completed },
		"approved_at":  func(r *request) *time.Time { return r.approvedAt },
		"declined_at": func(r *request) *time.Time {
			if r.decline == nil {
				return nil
			}
			return &r.decline.time
		},
		"rejected_at": func(r *request) *time.Time {
			if r.rejection == nil {
				return nil
			}
			return &r.rejection.time
		},
	}
}

// listedView is what a list says about a request: less than the full resource.
func (s *Simulator) listedView(r *request) map[string]any {
	v := s.view(r)
	for _, left := range []string{"rejection_information", "email_notification", "decline_information"} {
		delete(v, left)
	}
	return v
}
