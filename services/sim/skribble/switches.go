package skribble

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/countersign/countersign/services/sim/faults"
)

// Content faults: what the vendor does wrong while everything looks well.
const (
	faultLowerLevel    = "lower_level"
	faultWrongDocument = "wrong_document"
)

// controlSettings changes the settings that are named and keeps the others.
func (s *Simulator) controlSettings(c *call) (answer, error) {
	next := s.settings
	if err := json.Unmarshal(c.body, &next); err != nil {
		return answer{}, err
	}
	if err := next.check(); err != nil {
		return answer{}, err
	}
	s.settings = next
	return jsonAnswer(s.settings)
}

// controlAuto switches auto mode; signers who are already invited count from now.
func (s *Simulator) controlAuto(c *call) (answer, error) {
	var in struct {
		SignAfter *string `json:"sign_after"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return answer{}, err
	}
	if in.SignAfter == nil {
		s.signAfter = nil
		return jsonAnswer(in)
	}
	d, err := time.ParseDuration(*in.SignAfter)
	if err != nil || d < 0 {
		return answer{}, fmt.Errorf("sign_after %q is not a duration", *in.SignAfter)
	}
	s.signAfter = &d
	for _, r := range s.requests {
		for _, g := range r.Signatures {
			if r.Status == statusOpen && g.Status == statusOpen {
				s.scheduleSigning(r, g)
			}
		}
	}
	return jsonAnswer(in)
}

// controlAccount registers a person; doing so again changes the name.
func (s *Simulator) controlAccount(c *call) (answer, error) {
	var in struct {
		Email     string `json:"email"`
		FirstName string `json:"first_name"`
		LastName  string `json:"last_name"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return answer{}, err
	}
	if !isEmail(in.Email) {
		return answer{}, fmt.Errorf("email %q is not an e-mail address", in.Email)
	}
	s.accounts[strings.ToLower(in.Email)] = Account{Email: in.Email, FirstName: in.FirstName, LastName: in.LastName}
	return jsonAnswer(in)
}

func (s *Simulator) controlFault(c *call) (answer, error) {
	var f faults.Fault
	if err := json.Unmarshal(c.body, &f); err != nil {
		return answer{}, err
	}
	switch f.Name {
	case faultLowerLevel:
		s.lower += max(f.Count, 1)
	case faultWrongDocument:
		s.wrong += max(f.Count, 1)
	default:
		if err := s.faults.Arm(f); err != nil {
			return answer{}, err
		}
	}
	return jsonAnswer(map[string]string{"armed": f.Name})
}

func (s *Simulator) controlDeliveryFault(c *call) (answer, error) {
	var in struct {
		Fault string `json:"fault"`
		Count int    `json:"count"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return answer{}, err
	}
	if err := s.courier.Arm(in.Fault, in.Count); err != nil {
		return answer{}, err
	}
	return jsonAnswer(in)
}

// advance holds no lock: what falls due needs it.
func (s *Simulator) advance(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	var in struct {
		Duration string `json:"duration"`
	}
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	var d time.Duration
	if err == nil {
		d, err = time.ParseDuration(in.Duration)
	}
	if err != nil {
		writeControlError(w, err)
		return
	}
	s.clock.Advance(d)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]stamp{"now": s.now()})
}
