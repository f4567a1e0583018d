package yousign

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// active is the status of a template that can be used; draft is the other one.
const active = "active"

// preset is a template, a prepared request. The vendor's API only lists templates; here the control API makes them.
type preset struct {
	id, name, status string
	created          time.Time
	document         *document
	roles            []role
	texts            []string // labels of the read-only texts that a creation fills
}

// role is a signer to be named later, with the fields waiting for that person.
type role struct {
	Label string `json:"label"`
	// Fields are placed like a signer's, without document_id.
	Fields []map[string]any `json:"fields"`
}

// templateSubstitutes fill a template.
type templateSubstitutes struct {
	Signers []struct {
		signerSettings
		Label string `json:"label"`
	} `json:"signers"`
	Texts []struct {
		Label string `json:"label"`
		Text  string `json:"text"`
	} `json:"read_only_text_fields"`
}

// maxTemplates of a page, and the number when no limit is given.
const maxTemplates = 10

// listTemplates lists ten at a time, oldest first.
func (s *Simulator) listTemplates(c *call) (answer, error) {
	limit := maxTemplates
	if text := c.URL.Query().Get("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > maxTemplates {
			return answer{}, invalidParam("limit", "This value should be between 1 and 10.")
		}
	}
	after, err := cursor(c.URL.Query().Get("after"))
	if err != nil {
		return answer{}, err
	}
	rest := s.templates[slices.IndexFunc(s.templates, func(t *preset) bool { return t.id == after })+1:]
	out, next := []map[string]any{}, any(nil)
	shown := rest[:min(limit, len(rest))]
	for _, t := range shown {
		out = append(out, map[string]any{
			"id": t.id, "name": t.name, "description": nil, "status": t.status,
			"created_at": stamp(t.created), "workspace_id": s.workspaceID,
		})
	}
	if len(shown) < len(rest) {
		next = base64.RawURLEncoding.EncodeToString([]byte(shown[limit-1].id))
	}
	return ok(page(out, next))
}

// fromTemplate fills a draft from a template. Every label must be known and every role filled.
func (s *Simulator) fromTemplate(r *request, in *creation, now time.Time) error {
	i := slices.IndexFunc(s.templates, func(t *preset) bool { return t.id == in.TemplateID })
	if i < 0 {
		return notFound()
	}
	t := s.templates[i]
	if t.status != active {
		return invalidParam("template_id", "The template is not active.")
	}
	if r.WorkspaceID != nil && *r.WorkspaceID != s.workspaceID {
		return invalidParam("workspace_id", "The workspace must be the one of the template.")
	}
	subs := in.Placeholders
	if subs == nil {
		subs = &templateSubstitutes{}
	}
	r.documents = []*document{t.document.copy(nil, now)}
	for i, x := range subs.Texts {
		if !slices.Contains(t.texts, x.Label) {
			return unknownLabel("read_only_text_fields", i)
		}
	}
	for i, x := range subs.Signers {
		if !slices.ContainsFunc(t.roles, func(p role) bool { return p.Label == x.Label }) {
			return unknownLabel("signers", i)
		}
	}
	for _, p := range t.roles {
		if err := s.cast(r, p, subs); err != nil {
			return err
		}
	}
	return nil
}

func unknownLabel(list string, i int) error {
	return invalidParam(fmt.Sprintf("template_placeholders.%s[%d].label", list, i), "This value is not valid.")
}

// cast adds the person named for a role.
func (s *Simulator) cast(r *request, p role, subs *templateSubstitutes) error {
	for _, x := range subs.Signers {
		if x.Label != p.Label {
			continue
		}
		body := signerBody{signerSettings: x.signerSettings}
		if body.Level == "" {
			body.Level = simple
		}
		for _, f := range p.Fields {
			all := map[string]any{"document_id": r.documents[0].id}
			for k, v := range f {
				all[k] = v
			}
			body.Fields = append(body.Fields, all)
		}
		_, err := s.join(r, &body)
		return err
	}
	return invalidParam("template_placeholders.signers", "The placeholder \""+p.Label+"\" is missing.")
}
