package yousign

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/countersign/countersign/services/sim/yousign/internal/schema"
)

// creation is the body of POST /signature_requests.
type creation struct {
	settings
	Labels         []string             `json:"labels"`
	ExpirationDate string               `json:"expiration_date"`
	Documents      []string             `json:"documents"`
	Signers        []signerBody         `json:"signers"`
	TemplateID     string               `json:"template_id"`
	Placeholders   *templateSubstitutes `json:"template_placeholders"`
}

func (s *Simulator) createRequest(c *call) (answer, error) {
	if isDuplicate(c.body) {
		return s.duplicateRequest(c)
	}
	in := creation{settings: settings{Timezone: "Europe/Paris"}}
	if err := c.decode(s.shapes.create, &in); err != nil {
		return answer{}, err
	}
	r := &request{settings: in.settings, id: newID(), status: draft, source: "public_api", created: c.now, labels: in.Labels}
	if err := r.expireOn(in.ExpirationDate, c.now); err != nil {
		return answer{}, err
	}
	if err := s.fill(r, &in, c.now); err != nil {
		return answer{}, err
	}
	s.requests = append(s.requests, r)
	return created(s.view(r))
}

// fill adds what the body brings along: a template's content or the deprecated inline documents and signers.
func (s *Simulator) fill(r *request, in *creation, now time.Time) error {
	if in.TemplateID != "" {
		return s.fromTemplate(r, in, now)
	}
	if in.Placeholders != nil {
		return invalidParam("template_placeholders", "This value can only be used with a template.")
	}
	if len(in.Signers) > 0 && len(in.Documents) == 0 {
		return invalidParam("signers", "Signers can only be given together with documents.")
	}
	var taken []*document
	for _, id := range in.Documents {
		d, err := s.orphan(id)
		if err != nil {
			return err
		}
		taken = append(taken, d)
	}
	r.documents = taken
	for i := range in.Signers {
		if _, err := s.join(r, &in.Signers[i]); err != nil {
			return err
		}
	}
	s.orphans = slices.DeleteFunc(s.orphans, func(d *document) bool { return slices.Contains(taken, d) })
	return nil
}

// orphan returns a document uploaded for the one-shot flow.
func (s *Simulator) orphan(id string) (*document, error) {
	for _, d := range s.orphans {
		if d.id == id {
			return d, nil
		}
	}
	for _, r := range s.requests {
		if r.document(id) != nil {
			return nil, refused("document.already_attached_to_a_signature_request",
				"The Document is already attached to a Signature Request.")
		}
	}
	return nil, notFound()
}

// expireOn sets the end of the given day, or of the day six months after creation, in the request's time zone.
func (r *request) expireOn(day string, now time.Time) error {
	zone, err := time.LoadLocation(r.Timezone)
	if err != nil {
		return invalidParam("timezone", "This value is not a valid timezone.")
	}
	d := r.created.In(zone).AddDate(0, 6, 0)
	if day != "" {
		if d, err = time.ParseInLocation(time.DateOnly, day, zone); err != nil {
			return invalidParam("expiration_date", "This value is not a valid date.")
		}
	}
	end := time.Date(d.Year(), d.Month(), d.Day(), 23, 59, 59, 0, zone)
	start := r.created
	if r.activated != nil {
		start = *r.activated
	}
	switch {
	case end.Before(now):
		return invalidParam("expiration_date", "The date cannot be in the past.")
	case end.After(start.AddDate(1, 0, 1)):
		return invalidParam("expiration_date", "The date cannot be more than one year after the initiation.")
	}
	r.expires = end
	return nil
}

func (s *Simulator) readRequest(c *call) (answer, error) { return ok(s.view(c.req)) }

// patchRequest changes a draft freely; afterwards only the due date moves, as in the vendor's app (what the API
// itself allows then is not documented).
func (s *Simulator) patchRequest(c *call) (answer, error) {
	r := c.req
	chosen, err := cloned(r.settings)
	if err != nil {
		return answer{}, err
	}
	in := creation{settings: chosen}
	if err := c.decode(s.shapes.patch, &in); err != nil {
		return answer{}, err
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(c.body, &keys); err != nil {
		return answer{}, refused(about, "The request body is not valid JSON.")
	}
	_, dated := keys["expiration_date"]
	if r.status != draft && (r.status != ongoing && r.status != approval || !dated || len(keys) != 1) {
		return answer{}, wrongStatus(r.status)
	}
	old := r.settings
	r.settings = in.settings
	if _, zoned := keys["timezone"]; dated || zoned {
		day := in.ExpirationDate
		if !dated {
			day = r.expires.In(location(old.Timezone)).Format(time.DateOnly)
		}
		if err := r.expireOn(day, c.now); err != nil {
			r.settings = old
			return answer{}, err
		}
		s.planExpiry(r)
	}
	if _, relabelled := keys["labels"]; relabelled {
		r.labels = in.Labels
	}
	return ok(s.view(r))
}

// location is a zone that was checked when it was set.
func location(zone string) *time.Location {
	if l, err := time.LoadLocation(zone); err == nil {
		return l
	}
	return time.UTC
}

func (s *Simulator) deleteRequest(c *call) (answer, error) {
	r := c.req
	if r.status == ongoing || r.status == approval {
		return answer{}, wrongStatus(r.status)
	}
	switch c.URL.Query().Get("permanent_delete") {
	case "", "0", "false":
		if r.status == deleted {
			return answer{}, wrongStatus(r.status)
		}
		r.status = deleted
		s.emit("signature_request.deleted", r, nil)
	case "1", "true":
		s.emit("signature_request.permanently_deleted", r, nil)
		s.requests = slices.DeleteFunc(s.requests, func(x *request) bool { return x == r })
	default:
		return answer{}, invalidParam("permanent_delete", "This value should be of type bool.")
	}
	return noContent()
}

// isDuplicate tells the two forms of a creation apart: the second names a request to copy.
func isDuplicate(body []byte) bool {
	var form struct {
		ID *string `json:"signature_request_id"`
	}
	return json.Unmarshal(body, &form) == nil && form.ID != nil
}

// duplicateRequest copies a request with its documents, fields and signers into a new draft.
func (s *Simulator) duplicateRequest(c *call) (answer, error) {
	var in struct {
		ID       string  `json:"signature_request_id"`
		Name     string  `json:"name"`
		Session  *string `json:"workflow_session_id"`
		Previous *string `json:"previous_attempt_id"`
	}
	if err := c.decode(schema.Closed(schema.Must("signature_request_id", schema.UUID()),
		schema.May("name", schema.Safe(1, 128)), schema.Null("workflow_session_id", schema.UUID()),
		schema.Null("previous_attempt_id", schema.UUID())), &in); err != nil {
		return answer{}, err
	}
	from := s.find(in.ID)
	if from == nil {
		return answer{}, notFound()
	}
	r := from.copy(c.now)
	if in.Name != "" {
		r.Name = in.Name
	}
	r.WorkflowSessionID, r.PreviousAttemptID = in.Session, in.Previous
	if err := r.expireOn("", c.now); err != nil {
		return answer{}, err
	}
	s.requests = append(s.requests, r)
	return created(s.view(r))
}
