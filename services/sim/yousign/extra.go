package yousign

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/services/sim/yousign/internal/schema"
)

// Approvers, followers and metadata: the resources beside documents and signers.

const (
	maxApprovers = 10
	maxFollowers = 100
	maxKeys      = 10
	maxKey       = 30
)

// noTexts are the texts of a recipient who gets the vendor's own.
const noTexts = `{"request_subject":null,"request_body":null,"reminder_subject":null,"reminder_body":null}`

func (x *approver) view() map[string]any {
	return map[string]any{
		"id": x.id, "status": x.status, "info": x.info, "approval_link": nil, "approval_link_expiration_date": nil,
		"custom_text": json.RawMessage(noTexts), "approved_at": nil, "recipient_stage_index": 0, "excluded_documents": []string{},
	}
}

func (s *Simulator) addApprover(c *call) (answer, error) {
	var in struct {
		Info info `json:"info"`
	}
	if err := c.decode(schema.Open(schema.Must("info", s.shapes.info)), &in); err != nil {
		return answer{}, err
	}
	r := c.req
	if r.status != draft {
		return answer{}, wrongStatus(r.status)
	}
	if limit := s.most(maxApprovers); len(r.approvers) >= limit {
		return answer{}, invalidParam("approvers", fmt.Sprintf("This collection should contain %d elements or less.", limit))
	}
	if slices.ContainsFunc(r.approvers, func(x *approver) bool { return strings.EqualFold(x.info.Email, in.Info.Email) }) {
		return answer{}, refused("approver.already_attached_to_signature_request", "The Approver is already attached.")
	}
	x := &approver{id: newID(), status: initiated, info: in.Info}
	r.approvers = append(r.approvers, x)
	return created(x.view())
}

func (c *call) approver() (*approver, error) {
	for _, x := range c.req.approvers {
		if x.id == c.PathValue("approver") {
			return x, nil
		}
	}
	return nil, notFound()
}

func (s *Simulator) readApprover(c *call) (answer, error) {
	x, err := c.approver()
	if err != nil {
		return answer{}, err
	}
	return ok(x.view())
}

func (s *Simulator) deleteApprover(c *call) (answer, error) {
	x, err := c.approver()
	if err != nil {
		return answer{}, err
	}
	if c.req.status != draft {
		return answer{}, wrongStatus(c.req.status)
	}
	c.req.approvers = slices.DeleteFunc(c.req.approvers, func(y *approver) bool { return y == x })
	return noContent()
}

// askApprovers notifies every approver, or with an order the next one.
func (s *Simulator) askApprovers(r *request) {
	for _, x := range r.approvers {
		if x.status == initiated {
			x.status = notified
			s.emit("approver.notified", r, x)
		}
		if r.OrderedApprovers && x.status != approved {
			return
		}
	}
}

// approve is one approver's consent; the last one starts the signatures.
func (s *Simulator) approve(r *request, x *approver) error {
	if r.status != approval || x.status != notified {
		return notPossible("the request is %s, the approver %s", r.status, x.status)
	}
	x.status = approved
	s.emit("approver.approved", r, x)
	if slices.ContainsFunc(r.approvers, func(y *approver) bool { return y.status != approved }) {
		s.askApprovers(r)
		return nil
	}
	now := s.clock.Now()
	r.status, r.approvedAt = ongoing, &now
	s.emit("signature_request.approved", r, nil)
	s.start(r, now)
	return nil
}

func (s *Simulator) reject(r *request, x *approver, reason string) error {
	if r.status != approval || x.status != notified {
		return notPossible("the request is %s, the approver %s", r.status, x.status)
	}
	now := s.clock.Now()
	x.status = rejected
	r.rejection = &rejection{ApproverID: x.id, Reason: reason, At: stamp(now), time: now}
	s.end(r, rejected)
	s.emit("approver.rejected", r, x)
	s.emit("signature_request.rejected", r, nil)
	return nil
}

// listFollowers answers with an object around the list, and without a cursor.
func (s *Simulator) listFollowers(c *call) (answer, error) {
	return ok(map[string]any{"data": append([]map[string]any{}, c.req.followers...)})
}

// addFollowers takes an array, unlike every other creation, and answers with one.
func (s *Simulator) addFollowers(c *call) (answer, error) {
	var in []map[string]any
	shape := schema.List(schema.Open(schema.Must("email", schema.Email()), schema.Must("locale", locales())), maxFollowers)
	if err := c.decode(shape, &in); err != nil {
		return answer{}, err
	}
	limit := s.most(maxFollowers)
	if len(c.req.followers)+len(in) > limit {
		return answer{}, invalidParam("followers", fmt.Sprintf("This collection should contain %d elements or less.", limit))
	}
	out := []map[string]any{}
	for _, f := range in {
		out = append(out, map[string]any{"email": f["email"], "locale": f["locale"], "follower_link": nil})
	}
	c.req.followers = append(c.req.followers, out...)
	return created(out)
}

func (s *Simulator) readMetadata(c *call) (answer, error) {
	if c.req.metadata == nil {
		return answer{}, notFound()
	}
	return ok(c.req.metadata)
}

func (s *Simulator) createMetadata(c *call) (answer, error) { return c.store(http.StatusCreated) }

func (s *Simulator) replaceMetadata(c *call) (answer, error) { return c.store(http.StatusOK) }

// store checks and keeps the metadata of a request: up to ten short keys with plain values.
func (c *call) store(status int) (answer, error) {
	var in struct {
		Data map[string]any `json:"data"`
	}
	plain := schema.AnyOf(schema.Safe(1, 255), schema.Bool(), schema.Number())
	if err := c.decode(schema.Open(schema.Must("data", schema.Map(plain))), &in); err != nil {
		return answer{}, err
	}
	if len(in.Data) > maxKeys {
		return answer{}, invalidParam("data", "This collection should contain 10 elements or less.")
	}
	for k := range in.Data {
		if utf8.RuneCountInString(k) > maxKey {
			return answer{}, invalidParam("data", "This value is too long. It should have 30 characters or less.")
		}
	}
	raw, err := json.Marshal(map[string]any{"data": in.Data})
	if err != nil {
		return answer{}, err
	}
	c.req.metadata = raw
	return answer{status: status, value: c.req.metadata}, nil
}

func (s *Simulator) deleteMetadata(c *call) (answer, error) {
	c.req.metadata = nil
	return noContent()
}
