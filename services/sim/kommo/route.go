package kommo

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// call is one request, read and authorised.
type call struct {
	path  string
	args  []string // what the pattern's placeholders matched
	query url.Values
	body  []byte
	actor int // id of the user the token acts for
}

// id is the first numeric placeholder.
func (c *call) id() int {
	n, _ := strconv.Atoi(c.args[0])
	return n
}

// handler answers a call; an error is a *problem.
type handler func(c *call) (reply, error)

// route is one line of a table: in its pattern {id} matches a number and {key} any one segment.
type route struct {
	method  string
	pattern string
	handle  handler
}

// table finds the handler for a request. The standard library's multiplexer cannot hold Kommo's paths: /leads/{id}/notes
// and /leads/notes/{id} would match each other's.
type table []route

// find returns the handler and the placeholders' values, or the refusal that Kommo gives.
func (t table) find(method, path string) (handler, []string, error) {
	known := false
	for _, r := range t {
		args, match := matchPath(r.pattern, path)
		if !match {
			continue
		}
		if r.method == method {
			return r.handle, args, nil
		}
		known = true
	}
	if known {
		return nil, nil, refuse(http.StatusMethodNotAllowed, "Method "+method+" is not allowed")
	}
	return nil, nil, refuse(http.StatusNotFound, "Cannot "+method+" "+path)
}

func matchPath(pattern, path string) (args []string, match bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	for i, segment := range want {
		switch segment {
		case "{id}":
			if n, err := strconv.Atoi(got[i]); err != nil || n < 0 {
				return nil, false
			}
			args = append(args, got[i])
		case "{key}":
			if got[i] == "" {
				return nil, false
			}
			args = append(args, got[i])
		default:
			if segment != got[i] {
				return nil, false
			}
		}
	}
	return args, true
}
