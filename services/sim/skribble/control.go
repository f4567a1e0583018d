package skribble

import (
	"encoding/json"
	"errors"
	"net/http"
)

// controlled is a request with what only the simulator knows about it.
type controlled struct {
	*signatureRequest
	Versions []string `json:"document_versions"`
	Actions  []action `json:"actions"`
}

func (s *Simulator) controlRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, h := range map[string]handler{
		"GET /_sim/requests":               s.controlList,
		"GET /_sim/requests/{id}":          s.controlShow,
		"POST /_sim/requests/{id}/sign":    s.onSigner(s.controlSign),
		"POST /_sim/requests/{id}/decline": s.onSigner(s.controlDecline),
		"POST /_sim/requests/{id}/open":    s.onSigner(s.controlOpen),
		"POST /_sim/requests/{id}/expire":  s.onOpen(s.expire),
		"POST /_sim/requests/{id}/error":   s.onOpen(s.breakDown),
		"POST /_sim/requests/{id}/purge":   s.controlPurge,
		"POST /_sim/accounts":              s.controlAccount,
		"GET /_sim/mails":                  s.controlMails,
		"GET /_sim/warnings":               s.controlWarnings,
		"GET /_sim/deliveries":             func(*call) (answer, error) { return jsonAnswer(s.courier.Deliveries()) },
		"GET /_sim/settings":               func(*call) (answer, error) { return jsonAnswer(s.settings) },
		"PATCH /_sim/settings":             s.controlSettings,
		"POST /_sim/auto":                  s.controlAuto,
		"POST /_sim/faults":                s.controlFault,
		"POST /_sim/deliveries/faults":     s.controlDeliveryFault,
	} {
		mux.HandleFunc(pattern, s.serveControl(h))
	}
	mux.HandleFunc("POST /_sim/clock/advance", s.advance)
	return mux
}

// serveControl adapts h with the control API's plain errors.
func (s *Simulator) serveControl(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a, err := s.perform(&call{r: r}, h, false)
		if err != nil {
			writeControlError(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body)
	}
}

func writeControlError(w http.ResponseWriter, err error) {
	p := refuse(http.StatusBadRequest, err.Error())
	errors.As(err, &p)
	body, _ := json.Marshal(map[string]string{"error": p.message})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(p.status)
	_, _ = w.Write(body)
}

func (s *Simulator) controlled(c *call) (*signatureRequest, error) {
	r := s.requests[c.r.PathValue("id")]
	if r == nil {
		return nil, notFound("SignatureRequest")
	}
	return r, nil
}

func control(r *signatureRequest) controlled {
	return controlled{r, r.versions, r.actions}
}

func (s *Simulator) controlList(*call) (answer, error) {
	list := []controlled{}
	for _, id := range s.order {
		list = append(list, control(s.requests[id]))
	}
	return jsonAnswer(list)
}

func (s *Simulator) controlShow(c *call) (answer, error) {
	r, err := s.controlled(c)
	if err != nil {
		return answer{}, err
	}
	return jsonAnswer(control(r))
}

func (s *Simulator) controlMails(*call) (answer, error) {
	return jsonAnswer(append([]letter{}, s.mails...))
}

func (s *Simulator) controlWarnings(*call) (answer, error) {
	return jsonAnswer(append([]warning{}, s.warnings...))
}

// deed is what a signer is made to do.
type deed struct {
	SID     string `json:"sid"`
	Email   string `json:"email"`
	Quality string `json:"quality"`
	Message string `json:"message"`
}

// onSigner runs do for the signer a body names, by default the first whose turn it is, and answers the request.
func (s *Simulator) onSigner(do func(*signatureRequest, *signature, deed) error) handler {
	return func(c *call) (answer, error) {
		r, err := s.controlled(c)
		if err != nil {
			return answer{}, err
		}
		var d deed
		if len(c.body) > 0 {
			if err := json.Unmarshal(c.body, &d); err != nil {
				return answer{}, err
			}
		}
		g := d.signer(r)
		if g == nil {
			return answer{}, notFound("signer")
		}
		if err := do(r, g, d); err != nil {
			return answer{}, err
		}
		return jsonAnswer(control(r))
	}
}

// signer finds who is meant; of several signatures of one person, one that is open.
func (d deed) signer(r *signatureRequest) (found *signature) {
	for _, g := range r.Signatures {
		switch {
		case d.SID != "" && g.SID != d.SID, d.Email != "" && !g.is(d.Email):
			continue
		case g.Status == statusOpen:
			return g
		case found == nil && d.SID+d.Email != "":
			found = g
		}
	}
	return found
}

func (s *Simulator) controlSign(r *signatureRequest, g *signature, d deed) error {
	if d.Quality != "" && !among(&d.Quality, qualityQES, qualityAES, qualitySES, qualityDemo) {
		return refuse(http.StatusBadRequest, "quality must be QES, AES, SES or DEMO")
	}
	return s.sign(r, g, d.Quality)
}

func (s *Simulator) controlDecline(r *signatureRequest, g *signature, d deed) error {
	return s.decline(r, g, d.Message)
}

func (s *Simulator) controlOpen(r *signatureRequest, g *signature, _ deed) error {
	s.view(r, g)
	return nil
}

// onOpen runs do for an open request.
func (s *Simulator) onOpen(do func(*signatureRequest)) handler {
	return func(c *call) (answer, error) {
		r, err := s.controlled(c)
		if err != nil {
			return answer{}, err
		}
		if r.Status != statusOpen {
			return answer{}, conflict("the request is " + r.Status)
		}
		do(r)
		return jsonAnswer(control(r))
	}
}

func (s *Simulator) controlPurge(c *call) (answer, error) {
	r, err := s.controlled(c)
	if err != nil {
		return answer{}, err
	}
	s.purge(r)
	return jsonAnswer(control(r))
}
