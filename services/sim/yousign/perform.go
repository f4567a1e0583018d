package yousign

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func (s *Simulator) showRequests(*http.Request, []byte) (any, error) {
	out := []map[string]any{}
	for _, r := range s.requests {
		out = append(out, s.detail(r))
	}
	return out, nil
}

func (s *Simulator) showRequest(q *http.Request, _ []byte) (any, error) {
	r, err := s.named(q.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return s.detail(r), nil
}

// detail is the vendor's resource with its signers and texts in full.
func (s *Simulator) detail(r *request) map[string]any {
	v := s.view(r)
	signers, approvers := []map[string]any{}, []map[string]any{}
	for _, x := range r.signers {
		signers = append(signers, s.signerView(r, x))
	}
	for _, x := range r.approvers {
		approvers = append(approvers, x.view())
	}
	v["signers"], v["approvers"] = signers, approvers
	v["email_notification"] = fallback(r.EmailNotification, "null") // as it was given, texts included
	return v
}

// named finds a request by its id or its external_id; the newest wins.
func (s *Simulator) named(id string) (*request, error) {
	if r := s.find(id); r != nil {
		return r, nil
	}
	for _, r := range slices.Backward(s.requests) {
		if r.ExternalID != nil && *r.ExternalID == id {
			return r, nil
		}
	}
	return nil, fmt.Errorf("%w request", errUnknown)
}

// order is the body of a verb. Signer and approver are an id or an e-mail; left out, it is whoever's turn it is.
type order struct {
	Signer   string `json:"signer"`
	Approver string `json:"approver"`
	Reason   string `json:"reason"`
}

func (s *Simulator) perform(q *http.Request, body []byte) (any, error) {
	r, err := s.named(q.PathValue("id"))
	if err != nil {
		return nil, err
	}
	var in order
	if len(body) > 0 {
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, err
		}
	}
	switch verb := q.PathValue("verb"); verb {
	case "expire":
		err = s.lapse(r)
	case "pause":
		err = s.pause(r)
	case "resume":
		err = s.resume(r)
	case "approve", "reject":
		err = s.judge(r, verb, in)
	default:
		err = s.play(r, verb, in)
	}
	if err != nil {
		return nil, err
	}
	return s.detail(r), nil
}

// play performs the verb of a signer.
func (s *Simulator) play(r *request, verb string, in order) error {
	x, err := r.person(in.Signer)
	if err != nil {
		return err
	}
	switch verb {
	case "open":
		return s.open(r, x)
	case "sign":
		return s.sign(r, x, s.clock.Now())
	case "decline":
		return s.refuse(r, x, in.Reason)
	case "fail_identification":
		return s.misidentify(r, x, false)
	case "block_identification":
		return s.misidentify(r, x, true)
	case "bounce":
		return s.bounce(r, x)
	case "error":
		return s.crash(r, x)
	}
	return fmt.Errorf("%w verb", errUnknown)
}

func (r *request) person(who string) (*signer, error) {
	for _, x := range r.signers {
		if who == "" && x.status == notified || who != "" && (x.id == who || strings.EqualFold(x.Info.Email, who)) {
			return x, nil
		}
	}
	if who == "" {
		return nil, notPossible("nobody's turn")
	}
	return nil, fmt.Errorf("%w signer", errUnknown)
}

func (s *Simulator) judge(r *request, verb string, in order) error {
	i := slices.IndexFunc(r.approvers, func(x *approver) bool {
		return in.Approver == "" && x.status == notified ||
			in.Approver != "" && (x.id == in.Approver || strings.EqualFold(x.info.Email, in.Approver))
	})
	switch {
	case i < 0:
		return fmt.Errorf("%w approver", errUnknown)
	case verb == "approve":
		return s.approve(r, r.approvers[i])
	}
	return s.reject(r, r.approvers[i], in.Reason)
}

// makeTemplate adds a template: a PDF in base64, the roles with their fields and the labels of its texts.
func (s *Simulator) makeTemplate(_ *http.Request, body []byte) (any, error) {
	var in struct {
		Name  string   `json:"name"`
		Draft bool     `json:"draft"`
		PDF   []byte   `json:"pdf"`
		Roles []role   `json:"signers"`
		Texts []string `json:"read_only_text_fields"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	if in.PDF == nil {
		in.PDF = plainPDF(in.Name)
	}
	now := s.clock.Now()
	d, err := newDocument(&form{file: in.PDF, fileName: in.Name + ".pdf", hasFile: true}, &upload{Nature: signable}, now)
	if err != nil {
		return nil, errors.New("pdf: " + err.Error())
	}
	status := active
	if in.Draft {
		status = draft
	}
	t := &preset{id: newID(), name: in.Name, status: status, created: now, document: d, roles: in.Roles, texts: in.Texts}
	s.templates = append(s.templates, t)
	return map[string]string{"id": t.id}, nil
}
