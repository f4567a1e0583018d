package kommo

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// defaultPage is how many entities a page holds when the call does not say.
const defaultPage = 50

// page answers with one page of list: 204 when it is empty, and a link to the next when there is one.
func page[T any](s *Simulator, c *call, name string, list []T, render func(T) object) (reply, error) {
	number, limit := max(c.number("page", 1), 1), c.number("limit", defaultPage)
	if limit > batchLimit {
		return reply{}, refuse(http.StatusUnprocessableEntity, fmt.Sprintf("Limit %d per page", batchLimit))
	}
	limit = max(limit, 1)
	from := min((number-1)*limit, len(list))
	to := min(from+limit, len(list))
	if from < 0 || from == to {
		return empty(http.StatusNoContent), nil
	}
	links := s.href(c.target(number, limit))
	if to < len(list) {
		links["next"] = object{"href": s.cfg.BaseURL + c.target(number+1, limit)}
	}
	var shown []object
	for _, one := range list[from:to] {
		shown = append(shown, render(one))
	}
	return ok(object{"_page": number, "_links": links, "_embedded": object{name: shown}}), nil
}

// asIs renders what is already rendered.
func asIs(o object) object { return o }

// target is the call's own path and query for another page.
func (c *call) target(page, limit int) string {
	query := url.Values{}
	for key, v := range c.query {
		query[key] = v
	}
	query.Set("page", strconv.Itoa(page))
	query.Set("limit", strconv.Itoa(limit))
	return c.path + "?" + query.Encode()
}

func (c *call) number(key string, otherwise int) int {
	n, err := strconv.Atoi(c.query.Get(key))
	if err != nil {
		return otherwise
	}
	return n
}

// with reports whether the comma list "with" names the word.
func (c *call) with(word string) bool {
	return slices.Contains(strings.Split(c.query.Get("with"), ","), word)
}

// list gathers filter values in all their spellings: key=v, key[]=v, key[0]=v and v1,v2.
func (c *call) list(key string) []string {
	var found []string
	for name, given := range c.query {
		if name != key && (!strings.HasPrefix(name, key+"[") || strings.Count(name[len(key):], "[") != 1) {
			continue
		}
		if strings.HasSuffix(name, "[from]") || strings.HasSuffix(name, "[to]") {
			continue
		}
		for _, v := range given {
			found = append(found, strings.Split(v, ",")...)
		}
	}
	return found
}

// allows reports whether a filter lets n pass; a filter not given lets everything pass.
func (c *call) allows(key string, n int) bool {
	wanted := c.list(key)
	return len(wanted) == 0 || slices.Contains(wanted, strconv.Itoa(n))
}

// within reports whether at lies in the filter's [from] and [to], both inclusive.
func (c *call) within(key string, at int64) bool {
	if from, err := strconv.ParseInt(c.query.Get(key+"[from]"), 10, 64); err == nil && at < from {
		return false
	}
	to, err := strconv.ParseInt(c.query.Get(key+"[to]"), 10, 64)
	return err != nil || at <= to
}

// stages reads a filter like filter[statuses][0][pipeline_id] and [status_id] into pairs.
func (c *call) stages(key string) [][2]string {
	byIndex := map[string][2]string{}
	for name, given := range c.query {
		rest, match := strings.CutPrefix(name, key+"[")
		index, field, split := strings.Cut(rest, "][")
		if !match || !split {
			continue
		}
		pair := byIndex[index]
		switch field {
		case "pipeline_id]":
			pair[0] = given[0]
		case "status_id]":
			pair[1] = given[0]
		}
		byIndex[index] = pair
	}
	var pairs [][2]string
	for _, pair := range byIndex {
		pairs = append(pairs, pair)
	}
	return pairs
}

// inStages reports whether the stage is one of those filtered for; without a filter it is.
func (c *call) inStages(key string, pipeline, stage int) bool {
	pairs := c.stages(key)
	return len(pairs) == 0 || slices.Contains(pairs, [2]string{strconv.Itoa(pipeline), strconv.Itoa(stage)})
}

// sortKeys are the numbers a list can be sorted by.
type sortKeys struct {
	id                   int
	createdAt, updatedAt int64
}

// ordered sorts by what order[created_at|updated_at|id]=asc|desc asks for, by ascending id otherwise.
func ordered[T any](c *call, list []T, keys func(T) sortKeys) {
	by, direction := func(k sortKeys) int64 { return int64(k.id) }, c.query.Get("order[id]")
	if d := c.query.Get("order[created_at]"); d != "" {
		by, direction = func(k sortKeys) int64 { return k.createdAt }, d
	}
	if d := c.query.Get("order[updated_at]"); d != "" {
		by, direction = func(k sortKeys) int64 { return k.updatedAt }, d
	}
	slices.SortFunc(list, func(a, b T) int {
		x, y := keys(a), keys(b)
		n := cmp.Or(cmp.Compare(by(x), by(y)), cmp.Compare(x.id, y.id))
		if direction == "desc" {
			return -n
		}
		return n
	})
}
