package kommo

import (
	"context"
	"net/http"
	"net/url"
	"slices"
)

// Webhook is a subscription of the account. Its destination holds our secret path.
type Webhook struct {
	ID          int64    `json:"id"`
	Destination string   `json:"destination"`
	Settings    []string `json:"settings"`
	// Disabled means that Kommo switched it off after too many bad answers, or somebody did.
	Disabled bool `json:"disabled"`
}

// HookSettings are the events to subscribe to. A lead created in a stage sends no status event, and a lost status event may
// still show as an update.
func HookSettings() []string {
	return []string{"add_lead", "status_lead", "update_lead", "delete_lead", "update_contact"}
}

// Webhooks lists the subscriptions: all of them, or those of one destination. It takes an administrator's token.
func (c *Client) Webhooks(ctx context.Context, destination string) ([]Webhook, error) {
	get := call{name: "Webhooks", path: "webhooks", query: url.Values{}}
	if destination != "" {
		get.query.Set("filter[destination]", destination)
	}
	hooks, err := all[Webhook](ctx, c, get, "webhooks")
	return slices.DeleteFunc(hooks, func(h Webhook) bool { return destination != "" && h.Destination != destination }), err
}

// EnsureWebhook subscribes the destination to exactly these settings and tells whether it had to change anything. What a
// second POST would do is not documented, so a subscription that differs or is disabled is deleted first.
func (c *Client) EnsureWebhook(ctx context.Context, destination string, settings []string) (bool, error) {
	hooks, err := c.Webhooks(ctx, destination)
	if err != nil {
		return false, err
	}
	if len(hooks) == 1 && !hooks[0].Disabled && sameSet(hooks[0].Settings, settings) {
		return false, nil
	}
	if len(hooks) > 0 {
		if err := c.DeleteWebhook(ctx, destination); err != nil {
			return false, err
		}
	}
	body := map[string]any{"destination": destination, "settings": settings}
	err = c.do(ctx, call{name: "EnsureWebhook", method: http.MethodPost, path: "webhooks", in: body})
	return err == nil, err
}

// DeleteWebhook ends a subscription; one that is gone is no error.
func (c *Client) DeleteWebhook(ctx context.Context, destination string) error {
	body := map[string]string{"destination": destination}
	return none(c.do(ctx, call{name: "DeleteWebhook", method: http.MethodDelete, path: "webhooks", in: body}))
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}
