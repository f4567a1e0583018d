package skribble

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// request finds the one a call is about, for those who may see it.
func (s *Simulator) request(c *call) (*signatureRequest, error) {
	return s.visible(c.r.PathValue("id"), c.user)
}

func (s *Simulator) visible(id, user string) (*signatureRequest, error) {
	r := s.requests[id]
	if r == nil || !slices.Contains(r.ReadAccess, user) {
		return nil, notFound("SignatureRequest")
	}
	return r, nil
}

// open is a request that can still change.
func (s *Simulator) open(c *call) (*signatureRequest, error) {
	r, err := s.request(c)
	if err != nil {
		return nil, err
	}
	return r, r.mustBeOpen()
}

func (r *signatureRequest) mustBeOpen() error {
	if r.Status != statusOpen {
		return refuse(http.StatusBadRequest, "SignatureRequest is not open")
	}
	return nil
}

// showRequest answers the request as the settings want it shown.
func (s *Simulator) showRequest(r *signatureRequest) (answer, error) {
	return jsonAnswer(s.shown(r))
}

func (s *Simulator) shown(r *signatureRequest) *signatureRequest {
	if !s.settings.HideCustom {
		return r
	}
	v := *r
	v.Custom = ""
	return &v
}

func (s *Simulator) readRequest(c *call) (answer, error) {
	r, err := s.request(c)
	if err != nil {
		return answer{}, err
	}
	return s.showRequest(r)
}

// listRequests answers the newest first, all of them unless a page is asked for.
func (s *Simulator) listRequests(c *call) (answer, error) {
	query := c.r.URL.Query()
	list := []*signatureRequest{}
	for _, id := range slices.Backward(s.order) {
		r, err := s.visible(id, c.user)
		if err == nil && r.matches(query) {
			list = append(list, s.shown(r))
		}
	}
	if query.Has("page_number") {
		from, to, err := s.page(query, len(list))
		if err != nil {
			return answer{}, err
		}
		list = list[from:to]
	}
	return jsonAnswer(list)
}

// page cuts a list of n; a page behind the end is empty.
func (s *Simulator) page(query url.Values, n int) (from, to int, err error) {
	number, err := strconv.Atoi(query.Get("page_number"))
	if err != nil || number < s.settings.FirstPage {
		return 0, 0, invalid("page_number is not valid")
	}
	size := 50
	if query.Has("page_size") {
		if size, err = strconv.Atoi(query.Get("page_size")); err != nil || size < 1 {
			return 0, 0, invalid("page_size is not valid")
		}
	}
	number -= s.settings.FirstPage
	if size >= n || number > n/size {
		from = min(number, 1) * n
		return from, n, nil
	}
	from = number * size
	return from, min(from+size, n), nil
}

// matches applies the filters: exact and case-sensitive, but search finds part of a title.
func (r *signatureRequest) matches(query url.Values) bool {
	anySigner := func(name string, has func(g *signature, want string) bool) bool {
		want := query.Get(name)
		return want == "" || slices.ContainsFunc(r.Signatures, func(g *signature) bool { return has(g, want) })
	}
	equal := func(name, value string) bool { return query.Get(name) == "" || query.Get(name) == value }
	return strings.Contains(r.Title, query.Get("search")) &&
		equal("status_overall", r.Status) && equal("created_by", r.apiUser) &&
		equal("signatures_count", strconv.Itoa(len(r.Signatures))) &&
		anySigner("account_email", func(g *signature, want string) bool { return g.Account == want }) &&
		anySigner("signer_email_address", func(g *signature, want string) bool {
			return g.guest() && g.Identity.Email == want
		}) &&
		anySigner("signature_status", func(g *signature, want string) bool { return g.Status == want })
}
