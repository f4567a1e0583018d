package kommo

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/countersign/countersign/services/sim/faults"
)

// decode reads a control call's body.
func (c *call) decode(into any) error {
	if err := json.Unmarshal(c.body, into); err != nil {
		return refuse(http.StatusBadRequest, "control call: "+err.Error())
	}
	return nil
}

func (s *Simulator) simSubscriptions(*call) (reply, error) {
	list := []object{}
	for _, sub := range s.world.hooks {
		list = append(list, s.webhookJSON(sub))
	}
	return ok(object{"subscriptions": list}), nil
}

// simEnable is what an administrator does in the settings after Kommo switched a webhook off.
func (s *Simulator) simEnable(c *call) (reply, error) {
	var in struct {
		Destination string `json:"destination"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	sub := s.world.subscription(in.Destination)
	if sub == nil {
		return reply{}, refuse(http.StatusNotFound, "no such subscription")
	}
	sub.disabled, sub.invalid = false, nil
	return ok(s.webhookJSON(sub)), nil
}

// simHook sends any body as a webhook, to one URL or to every live subscription.
func (s *Simulator) simHook(c *call) (reply, error) {
	in := struct {
		URL         string `json:"url"`
		ContentType string `json:"content_type"`
		Body        string `json:"body"`
		Base64      string `json:"body_base64"`
	}{ContentType: formType}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	body := []byte(in.Body)
	if in.Base64 != "" {
		var err error
		if body, err = base64.StdEncoding.DecodeString(in.Base64); err != nil {
			return reply{}, refuse(http.StatusBadRequest, "body_base64 is not base64")
		}
	}
	if in.URL != "" {
		s.send("raw", in.URL, in.ContentType, body)
		return empty(http.StatusAccepted), nil
	}
	for _, sub := range s.world.hooks {
		if !sub.disabled {
			s.send("raw", sub.destination, in.ContentType, body)
		}
	}
	return empty(http.StatusAccepted), nil
}

// simUninstall makes the signed call of an integration whose access was revoked, and tells its answer.
func (s *Simulator) simUninstall(c *call) (reply, error) {
	var in struct {
		URL string `json:"url"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	account := fmt.Sprint(s.cfg.Seed.Account.ID)
	mac := hmac.New(sha256.New, []byte(s.cfg.ClientSecret))
	mac.Write([]byte(s.cfg.ClientID + "|" + account))
	target, err := url.Parse(in.URL)
	if err != nil {
		return reply{}, refuse(http.StatusBadRequest, "url is not a URL")
	}
	target.RawQuery = url.Values{
		"client_uuid": {s.cfg.ClientID}, "account_id": {account}, "signature": {hex.EncodeToString(mac.Sum(nil))},
	}.Encode()
	req, err := http.NewRequest(http.MethodGet, target.String(), nil)
	if err != nil {
		return reply{}, refuse(http.StatusBadRequest, "url is not a URL")
	}
	req.Header.Set("User-Agent", "amoService-oAuth-Code-Sender/1.0")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: s.cfg.HookTimeout}
	resp, err := client.Do(req)
	if err != nil {
		return reply{}, refuse(http.StatusBadGateway, "no answer")
	}
	_ = resp.Body.Close()
	return ok(object{"status": resp.StatusCode}), nil
}

func (s *Simulator) simDeliveries(*call) (reply, error) {
	list := []object{}
	for _, d := range s.courier.Deliveries() {
		list = append(list, object{
			"id": d.ID, "event": d.Event, "url": d.URL, "state": d.State, "attempts": d.Attempts,
			"content_type": d.Header.Get("Content-Type"), "body": string(d.Body),
		})
	}
	return ok(object{"deliveries": list}), nil
}

func (s *Simulator) simDeliveryFault(c *call) (reply, error) {
	var in struct {
		Fault string `json:"fault"`
		Count int    `json:"count"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := s.courier.Arm(in.Fault, in.Count); err != nil {
		return reply{}, refuse(http.StatusBadRequest, err.Error())
	}
	return empty(http.StatusNoContent), nil
}

func (s *Simulator) simFault(c *call) (reply, error) {
	var f faults.Fault
	if err := c.decode(&f); err != nil {
		return reply{}, err
	}
	if err := s.faults.Arm(f); err != nil {
		return reply{}, refuse(http.StatusBadRequest, err.Error())
	}
	return empty(http.StatusNoContent), nil
}

func (s *Simulator) simClearFaults(*call) (reply, error) {
	s.faults.Clear()
	return empty(http.StatusNoContent), nil
}

func (s *Simulator) simClock(*call) (reply, error) {
	return ok(object{"now": s.cfg.Clock.Now().UTC()}), nil
}

// simAdvance must not hold the mutex: the webhooks that fall due need it.
func (s *Simulator) simAdvance(c *call) (reply, error) {
	var in struct {
		Duration string `json:"duration"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	d, err := time.ParseDuration(in.Duration)
	if err != nil || d < 0 {
		return reply{}, refuse(http.StatusBadRequest, `duration is not like "90m"`)
	}
	s.cfg.Clock.Advance(d)
	return s.simClock(c)
}

func (s *Simulator) simKnobs(*call) (reply, error) {
	return ok(s.knobs), nil
}

// simSetKnobs turns the knobs that are named and leaves the others.
func (s *Simulator) simSetKnobs(c *call) (reply, error) {
	knobs := s.knobs
	if err := c.decode(&knobs); err != nil {
		return reply{}, err
	}
	s.knobs = knobs
	return ok(s.knobs), nil
}

// simCode is a user's consent: it makes an authorization code.
func (s *Simulator) simCode(*call) (reply, error) {
	code := rand.Text()
	s.tokens.codes[code] = s.cfg.Clock.Now().Add(codeLife)
	return ok(object{"code": code}), nil
}

// simExpire ends every OAuth access token; the refresh tokens stay good.
func (s *Simulator) simExpire(*call) (reply, error) {
	for _, p := range s.tokens.pairs {
		p.expired = true
	}
	return empty(http.StatusNoContent), nil
}

// simRevoke ends every token, the long-lived one too.
func (s *Simulator) simRevoke(*call) (reply, error) {
	s.tokens.longLived, s.tokens.pairs = "", nil
	return empty(http.StatusNoContent), nil
}
