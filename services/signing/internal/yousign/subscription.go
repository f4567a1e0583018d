package yousign

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// WebhookSecretLength is the length in characters of a key that Yousign signs webhooks with (API v3,
// CreateWebhookSubscription: secret_key has exactly 32).
const WebhookSecretLength = 32

// ErrSubscriptionsForbidden means that the key may not manage subscriptions: the account is in its trial, the key is one of
// the sandbox, or it may only read. They can then be made in the vendor's app.
var ErrSubscriptionsForbidden = errors.New("yousign does not let this key manage webhook subscriptions")

// Subscription is one of an organisation's webhook subscriptions, in the words of API v3.
type Subscription struct {
	ID          string   `json:"id,omitempty"`
	Endpoint    string   `json:"endpoint"`
	Description string   `json:"description"`
	Sandbox     bool     `json:"sandbox"`
	Events      []string `json:"subscribed_events"`
	Scopes      []string `json:"scopes"`
	Workspaces  []string `json:"workspaces"`
	AutoRetry   bool     `json:"auto_retry"`
	Enabled     bool     `json:"enabled"`
	// SecretKey signs the webhooks; empty where the vendor does not tell it.
	SecretKey string `json:"secret_key"`
}

// readEvents are the events that tell something of a request that is out for signature: the others would only cost calls.
func readEvents() []string {
	return []string{
		"signature_request.activated", "signature_request.canceled", "signature_request.declined", "signature_request.deleted",
		"signature_request.done", "signature_request.expired", "signature_request.paused",
		"signature_request.permanently_deleted", "signature_request.reactivated", "signature_request.rejected",
		"signature_request.resumed",
		"signer.declined", "signer.done", "signer.error", "signer.identification_blocked", "signer.identification_expired",
		"signer.identification_failed", "signer.identification_succeeded", "signer.link_opened",
		"signer.notification_delivery_failed", "signer.notified",
	}
}

// WantedSubscription is the subscription that an account needs. Its scopes and workspaces are all there are: a request may
// be withdrawn in the app, and the sandbox takes no single workspace.
func WantedSubscription(account, endpoint, secret string, sandbox bool) Subscription {
	return Subscription{
		Endpoint: endpoint, Description: "countersign " + account, Sandbox: sandbox, Events: readEvents(), Scopes: []string{"*"},
		Workspaces: []string{"*"}, AutoRetry: true, Enabled: true, SecretKey: secret,
	}
}

// SubscriptionPlan is what makes the vendor's subscriptions fit the one that is wanted.
type SubscriptionPlan struct {
	// ID of the subscription that is ours; empty when there is none yet and one must be made.
	ID string
	// Differs are the API's names of the values that must be changed; none when all is in step.
	Differs []string
	// TokenChanged tells that ours is known by its description and called with another token.
	TokenChanged bool
	// Twins are further subscriptions with the same endpoint: every event comes that many times more.
	Twins int
	// Namesakes are subscriptions with our description that call another address; they are somebody else's.
	Namesakes int

	patch map[string]any
}

// PlanSubscription finds the wanted subscription among all of them and tells what differs. Ours is the one that calls the
// wanted endpoint, whose token nobody else knows; else the one with its description that calls the same address with another
// token.
func PlanSubscription(want Subscription, all []Subscription) SubscriptionPlan {
	var plan SubscriptionPlan
	var ours *Subscription
	for _, have := range all {
		switch {
		case have.Endpoint != want.Endpoint:
		case ours == nil:
			ours = &have
		default:
			plan.Twins++
		}
	}
	for _, have := range all {
		switch {
		case have.Endpoint == want.Endpoint || have.Description != want.Description:
		case ours == nil && address(have.Endpoint) == address(want.Endpoint):
			ours, plan.TokenChanged = &have, true
		default:
			plan.Namesakes++
		}
	}
	if ours == nil {
		return plan
	}
	plan.ID = ours.ID
	plan.Differs, plan.patch = differences(*ours, want)
	return plan
}

// address is an endpoint without its token.
func address(endpoint string) string {
	return endpoint[:strings.LastIndex(endpoint, "/")+1]
}

// differences are the names of the values that have to change and the body that changes them.
func differences(have, want Subscription) ([]string, map[string]any) {
	var names []string
	patch := map[string]any{}
	compare := func(name string, same bool, value any) {
		if !same {
			names, patch[name] = append(names, name), value
		}
	}
	compare("endpoint", have.Endpoint == want.Endpoint, want.Endpoint)
	compare("description", have.Description == want.Description, want.Description)
	compare("sandbox", have.Sandbox == want.Sandbox, want.Sandbox)
	compare("subscribed_events", sameSet(have.Events, want.Events), want.Events)
	compare("scopes", sameSet(have.Scopes, want.Scopes), want.Scopes)
	compare("workspaces", sameSet(have.Workspaces, want.Workspaces), want.Workspaces)
	compare("auto_retry", have.AutoRetry == want.AutoRetry, want.AutoRetry)
	compare("enabled", have.Enabled == want.Enabled, want.Enabled)
	compare("secret_key", have.SecretKey == want.SecretKey, want.SecretKey)
	return names, patch
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}

// ForSubscriptions is the account's configuration for managing its subscriptions with the key. Yousign keeps those of both
// environments in production (API reference, "Webhook"), so a key of production that is given for a sandbox account is used
// there.
func ForSubscriptions(config Config, key string) Config {
	if key == "" {
		return config
	}
	config.APIKey = key
	if base, err := url.Parse(config.BaseURL); err == nil && base.Hostname() == sandboxHost {
		base.Host = liveHost
		config.BaseURL, config.Sandbox = base.String(), false
		config.CallsPerMinute, config.CallsPerHour = 0, 0
	}
	return config
}

// Subscriptions returns those of the organisation. It fails with ErrSubscriptionsForbidden where the key may not see them.
func (p *Provider) Subscriptions(ctx context.Context) ([]Subscription, error) {
	var all []Subscription
	if err := p.get(ctx, "/webhooks", nil, &all); err != nil {
		return nil, subscriptionError(err, Subscription{})
	}
	for _, one := range all {
		if !vendorhttp.IsID(one.ID) {
			return nil, errors.New("yousign lists a subscription without a usable id")
		}
	}
	return all, nil
}

// Subscribe carries the plan out. It fails with ErrSubscriptionsForbidden where the key may not, and where what the vendor
// answers still differs from what is wanted. After a *signature.UnknownOutcomeError the plan must be made anew.
func (p *Provider) Subscribe(ctx context.Context, plan SubscriptionPlan, want Subscription) error {
	var made Subscription
	var err error
	if plan.ID == "" {
		err = p.post(ctx, "/webhooks", want, &made)
	} else {
		err = p.http.JSON(ctx, p.request(http.MethodPatch, "/webhooks"+vendorhttp.Path(plan.ID), nil), plan.patch, &made)
	}
	if err != nil {
		return subscriptionError(err, want)
	}
	if made.SecretKey == "" { // a vendor that keeps it to itself
		made.SecretKey = want.SecretKey
	}
	if left, _ := differences(made, want); len(left) > 0 {
		return fmt.Errorf("yousign took the change and still has other values of %s", strings.Join(left, ", "))
	}
	return nil
}

// subscriptionError tells an operator why a call was refused, without the subscription's secrets.
func subscriptionError(err error, private Subscription) error {
	status, said, ok := refusedAs(err)
	switch {
	case !ok:
		return err
	case status == http.StatusForbidden:
		err = ErrSubscriptionsForbidden
	case status == http.StatusUnauthorized:
		return vendorhttp.ErrCredentials
	case status == http.StatusNotFound && !said.known():
		return errNotYousign
	default:
		err = errors.New("yousign refused the subscription")
	}
	token := strings.TrimPrefix(private.Endpoint, address(private.Endpoint))
	return fmt.Errorf("%w: %d %s", err, status, said.text([]string{private.SecretKey, private.Endpoint, token}))
}
