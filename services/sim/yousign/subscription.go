package yousign

import (
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/services/sim/yousign/internal/schema"
)

const maxSubscriptions = 50

// subscription is a webhook subscription in the vendor's JSON.
type subscription struct {
	ID          string   `json:"id"`
	Endpoint    string   `json:"endpoint"`
	Description *string  `json:"description"`
	Sandbox     bool     `json:"sandbox"`
	Events      []string `json:"subscribed_events"`
	SecretKey   string   `json:"secret_key"`
	Scopes      []string `json:"scopes"`
	Workspaces  []string `json:"workspaces"`
	AutoRetry   bool     `json:"auto_retry"`
	Enabled     bool     `json:"enabled"`
	CreatedAt   string   `json:"created_at"`
	UpdatedAt   *string  `json:"updated_at"`
}

func star() []string { return []string{"*"} }

// subscriptionShape is the body of a creation or, without required keys, of an update.
func subscriptionShape(creation bool) schema.Rule {
	all := schema.List(schema.Enum("*"), 1)
	fields := []schema.Field{
		schema.Must("endpoint", schema.URI(1024, "http", "https")),
		{Name: "description", Rule: schema.Safe(0, 128), Required: true, Nullable: true},
		schema.Must("sandbox", schema.Bool()),
		schema.Must("subscribed_events", schema.AnyOf(schema.List(schema.Enum(eventNames()...), 0), all)),
		schema.Must("scopes", schema.AnyOf(schema.List(schema.Enum("app", "public_api", "connector_zapier_api"), 0), all)),
		schema.Must("auto_retry", schema.Bool()),
		schema.Must("enabled", schema.Bool()),
	}
	if !creation {
		for i := range fields {
			fields[i].Required = false
		}
	}
	return schema.Open(append(fields,
		schema.Null("secret_key", schema.Match(32, `(?s).{32}`)),
		schema.May("workspaces", schema.AnyOf(schema.List(schema.UUID(), 0), all)))...)
}

// seed adds the subscription of the configuration.
func (s *Simulator) seed(w Webhook) {
	events := w.Events
	if events == nil {
		events = star()
	}
	s.subscriptions = append(s.subscriptions, &subscription{
		ID: newID(), Endpoint: w.Endpoint, Sandbox: s.cfg.Sandbox, Events: events, SecretKey: w.SecretKey,
		Scopes: star(), Workspaces: star(), AutoRetry: true, Enabled: true, CreatedAt: stamp(s.clock.Now()),
	})
}

func (s *Simulator) listSubscriptions(*call) (answer, error) {
	return ok(append([]*subscription{}, s.subscriptions...))
}

// managed refuses every change during the trial: only the vendor's app makes them then.
func (s *Simulator) managed() error {
	if s.cfg.Trial != nil {
		return forbidden("Webhook subscriptions cannot be managed through the API during the trial.")
	}
	return nil
}

func (s *Simulator) createSubscription(c *call) (answer, error) {
	if err := s.managed(); err != nil {
		return answer{}, err
	}
	in := &subscription{Workspaces: star(), ID: newID(), CreatedAt: stamp(c.now)}
	if err := c.decode(s.shapes.subscription, in); err != nil {
		return answer{}, err
	}
	in.ID, in.CreatedAt, in.UpdatedAt = newID(), stamp(c.now), nil
	if err := s.acceptable(in, ""); err != nil {
		return answer{}, err
	}
	if len(s.subscriptions) >= maxSubscriptions {
		return answer{}, forbidden("The number of webhook subscriptions of the plan is reached.")
	}
	if in.SecretKey == "" {
		in.SecretKey = strings.ReplaceAll(newID(), "-", "")
	}
	s.subscriptions = append(s.subscriptions, in)
	return created(in)
}

// acceptable checks what a table cannot say. The endpoint that was there before may stay: it may come from the app.
func (s *Simulator) acceptable(in *subscription, before string) error {
	switch {
	case len(in.Events) == 0:
		return invalidParam("subscribed_events", schema.Blank)
	case len(in.Scopes) == 0:
		return invalidParam("scopes", schema.Blank)
	case in.Sandbox && !slices.Equal(in.Workspaces, star()):
		return invalidParam("workspaces", `Value must be in ["*"].`)
	case in.Endpoint != before && !s.cfg.AnyEndpoint && !public(in.Endpoint):
		return invalidParam("endpoint", "This value is not a valid URL.")
	}
	return nil
}

// public reports whether an endpoint is https on a host the internet can reach.
func public(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "https" {
		return false
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		return a.IsGlobalUnicast() && !a.IsPrivate()
	}
	return u.Hostname() != "localhost" && strings.Contains(u.Hostname(), ".")
}

func (s *Simulator) subscription(c *call) (*subscription, error) {
	i := slices.IndexFunc(s.subscriptions, func(x *subscription) bool { return x.ID == c.PathValue("webhook") })
	if i < 0 {
		return nil, notFound()
	}
	return s.subscriptions[i], nil
}

func (s *Simulator) readSubscription(c *call) (answer, error) {
	x, err := s.subscription(c)
	if err != nil {
		return answer{}, err
	}
	return ok(x)
}

func (s *Simulator) patchSubscription(c *call) (answer, error) {
	x, err := s.subscription(c)
	if err = errors.Join(err, s.managed()); err != nil {
		return answer{}, err
	}
	in, err := cloned(*x)
	if err != nil {
		return answer{}, err
	}
	if err := c.decode(s.shapes.subscriptionPatch, &in); err != nil {
		return answer{}, err
	}
	if err := s.acceptable(&in, x.Endpoint); err != nil {
		return answer{}, err
	}
	now := stamp(c.now)
	in.ID, in.CreatedAt, in.UpdatedAt = x.ID, x.CreatedAt, &now
	*x = in
	return ok(x)
}

func (s *Simulator) deleteSubscription(c *call) (answer, error) {
	x, err := s.subscription(c)
	if err = errors.Join(err, s.managed()); err != nil {
		return answer{}, err
	}
	s.subscriptions = slices.DeleteFunc(s.subscriptions, func(y *subscription) bool { return y == x })
	return noContent()
}

// ladder is the time to wait before each retry.
func ladder() []time.Duration {
	var out []time.Duration
	for _, minutes := range []time.Duration{2, 6, 30, 60, 300, 1080, 1440, 2880} {
		out = append(out, minutes*time.Minute)
	}
	return out
}
