package kommo

import (
	"net/http"
	"slices"
	"time"

	"github.com/countersign/countersign/services/sim/courier"
)

// subscription is one destination of account webhooks.
type subscription struct {
	id                   int
	destination          string
	settings             []string
	sort, createdBy      int
	createdAt, updatedAt int64
	disabled             bool
	invalid              []time.Time // invalid answers in the last two hours
}

// The rule for switching a subscription off: more than this many invalid answers within the window, the latest
// invalid too.
const (
	invalidAllowed = 100
	invalidWindow  = 2 * time.Hour
	webhookLimit   = 100 // per account
)

// subscriptionSettings are the events that can be asked for; the vendor's list lacks update_task.
func subscriptionSettings() []string {
	list := []string{
		"add_task", "delete_task", "responsible_task", "add_talk", "add_message", "add_outgoing_message",
		"add_chat_template_review", "status_lead",
	}
	for _, entity := range []string{"lead", "contact", "company"} {
		for _, action := range []string{"add", "update", "delete", "restore", "responsible", "note"} {
			list = append(list, action+"_"+entity)
		}
	}
	return list
}

func checkSubscription(destination string, settings []string) *violation {
	if !isHTTP(destination) {
		return wrongChoice("destination")
	}
	if len(settings) == 0 {
		return missing("settings")
	}
	known := subscriptionSettings()
	if slices.ContainsFunc(settings, func(one string) bool { return !slices.Contains(known, one) }) {
		return wrongChoice("settings")
	}
	return nil
}

// subscribe adds or replaces the subscription of a destination; a replaced one is enabled again (assumed).
func (s *Simulator) subscribe(destination string, settings []string, actor int) *subscription {
	now := s.now()
	sub := s.world.subscription(destination)
	if sub == nil {
		sub = &subscription{id: s.world.nextID(), destination: destination, createdAt: now, createdBy: actor}
		s.world.hooks = append(s.world.hooks, sub)
	}
	sub.settings, sub.updatedAt, sub.disabled, sub.invalid = slices.Clone(settings), now, false, nil
	return sub
}

func (w *world) subscription(destination string) *subscription {
	i := slices.IndexFunc(w.hooks, func(sub *subscription) bool { return sub.destination == destination })
	if i < 0 {
		return nil
	}
	return w.hooks[i]
}

// addWebhook is POST /api/v4/webhooks, which takes one object.
func (s *Simulator) addWebhook(c *call) (reply, error) {
	i, err := c.one()
	if err != nil {
		return reply{}, err
	}
	i.require("destination", "settings")
	destination, _ := i.text("destination")
	sort, _ := i.integer("sort")
	var settings []string
	if i.read("settings", "array", &settings) {
		i.refuse(checkSubscription(destination, settings))
	}
	if err := invalid(i); err != nil {
		return reply{}, err
	}
	if len(s.world.hooks) >= webhookLimit && s.world.subscription(destination) == nil {
		return reply{}, refuse(http.StatusBadRequest, "Limit of 100 webhooks per account")
	}
	sub := s.subscribe(destination, settings, c.actor)
	sub.sort = sort
	return ok(s.webhookJSON(sub)), nil
}

// listWebhooks is GET /api/v4/webhooks.
func (s *Simulator) listWebhooks(c *call) (reply, error) {
	wanted := c.query.Get("filter[destination]")
	var list []object
	for _, sub := range s.world.hooks {
		if wanted == "" || wanted == sub.destination {
			list = append(list, s.webhookJSON(sub))
		}
	}
	if list == nil {
		return empty(http.StatusNoContent), nil
	}
	return ok(object{
		"_total_items": len(list), "_links": s.href(c.path), "_embedded": object{"webhooks": list},
	}), nil
}

// deleteWebhook is DELETE /api/v4/webhooks with the destination in its body.
func (s *Simulator) deleteWebhook(c *call) (reply, error) {
	i, err := c.one()
	if err != nil {
		return reply{}, err
	}
	i.require("destination")
	destination, _ := i.text("destination")
	if err := invalid(i); err != nil {
		return reply{}, err
	}
	sub := s.world.subscription(destination)
	if sub == nil {
		return reply{}, refuse(http.StatusNotFound, "Webhook not found")
	}
	s.world.hooks = slices.DeleteFunc(s.world.hooks, func(other *subscription) bool { return other == sub })
	return empty(http.StatusNoContent), nil
}

func (s *Simulator) webhookJSON(sub *subscription) object {
	return object{
		"id": sub.id, "destination": sub.destination, "created_at": sub.createdAt, "updated_at": sub.updatedAt,
		"account_id": s.world.Account.ID, "created_by": sub.createdBy, "sort": sub.sort, "disabled": sub.disabled,
		"settings": sub.settings,
	}
}

// deliveryPolicy is Kommo's: two seconds for an answer of 100 to 299, and up to five attempts.
func (s *Simulator) deliveryPolicy() courier.Policy {
	return courier.Policy{
		Timeout: func(int) time.Duration { return s.cfg.HookTimeout },
		Accept:  func(status int) bool { return status >= 100 && status <= 299 },
		Retry:   func(attempt, status int, _ http.Header) (time.Duration, bool) { return retry(attempt, status) },
		// Whether the real id stays the same over the attempts is unknown: a receiver must not count on it.
		Header: func(courier.Message, int) http.Header {
			return http.Header{"X-Amocrm-Requestid": {newUUID()}}
		},
		Attempted: s.judge,
	}
}

// retry is the table of delays. The last two attempts follow only a 499 or 5xx; no answer counts as 499, which the
// vendor does not say.
func retry(attempt, status int) (delay time.Duration, again bool) {
	broken := status == 0 || status == 499 || status >= 500 && status <= 599
	switch {
	case attempt == 1:
		return 5 * time.Minute, true
	case attempt == 2:
		return 15 * time.Minute, true
	case attempt == 3 && broken:
		return 15 * time.Minute, true
	case attempt == 4 && broken:
		return time.Hour, true
	}
	return 0, false
}

// judge counts the invalid answers of a destination and switches it off by the rule.
func (s *Simulator) judge(m courier.Message, a courier.Attempt, accepted bool) {
	if accepted {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := s.world.subscription(m.URL)
	if sub == nil {
		return
	}
	sub.invalid = append(since(sub.invalid, a.Time.Add(-invalidWindow)), a.Time)
	if len(sub.invalid) > invalidAllowed {
		sub.disabled = true
	}
}
