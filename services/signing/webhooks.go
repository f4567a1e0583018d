package signing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/internal/config"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/yousign"
)

// WebhookReport tells of one account's webhook subscription at its vendor. It holds no secret but for Manual's.
type WebhookReport struct {
	// Account is its name among the providers.
	Account string
	// Create is true when there is no subscription of ours yet.
	Create bool
	// Changes are the vendor's names of the values that differ from what is wanted.
	Changes []string
	// Notes tell an operator what else was seen.
	Notes []string
	// Manual is what to type into the vendor's app; nil where the vendor's API can be used.
	Manual *WebhookForm
	// Err is why the account is not in step; nil when it is or, in a plan, would be.
	Err error
}

// WebhookForm is a subscription as the vendor's app asks for it.
type WebhookForm struct {
	Endpoint, SecretKey  config.Secret
	Description          string
	Environment          string
	Events               []string
	Scopes, Workspaces   string
	AutoRetry, IsEnabled bool
}

// PlanWebhooks compares every Yousign account's webhook subscription with the one that this configuration needs, and
// changes nothing. It fails for a configuration that cannot work; an account's own failure is in its report.
func PlanWebhooks(ctx context.Context, cfg Config) ([]WebhookReport, error) {
	return webhooks(ctx, cfg, false)
}

// ApplyWebhooks brings the subscriptions in step: it makes the one that is missing and changes what differs in ours. Doing
// it twice is harmless. What others subscribed to is left alone.
func ApplyWebhooks(ctx context.Context, cfg Config) ([]WebhookReport, error) {
	return webhooks(ctx, cfg, true)
}

func webhooks(ctx context.Context, cfg Config, apply bool) ([]WebhookReport, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if err := checkCallbacks(cfg.Callbacks); err != nil {
		return nil, err
	}
	var reports []WebhookReport
	for _, id := range slices.Sorted(maps.Keys(cfg.Providers)) {
		account := cfg.Providers[id]
		if account.Vendor != yousignVendor {
			continue
		}
		report := WebhookReport{Account: id}
		report.Err = account.webhook(ctx, cfg.Callbacks, apply, &report)
		reports = append(reports, report)
	}
	return reports, nil
}

// webhook compares the account's subscription and, to apply it, brings it in step.
func (p Provider) webhook(ctx context.Context, callbacks string, apply bool, report *WebhookReport) error {
	secret := p.WebhookSecrets[0].Reveal()
	if n := len([]rune(secret)); n != yousign.WebhookSecretLength {
		return fmt.Errorf("webhook_secrets: the first has %d characters; Yousign signs with exactly %d", n, yousign.WebhookSecretLength)
	}
	endpoint := strings.TrimRight(callbacks, "/") + "/webhooks/yousign/" + url.PathEscape(p.WebhookToken.Reveal())
	want := yousign.WantedSubscription(report.Account, endpoint, secret, p.Sandbox)
	client, err := yousign.New(yousign.ForSubscriptions(p.yousign(), p.WebhookAPIKey.Reveal()))
	if err != nil {
		return err
	}
	all, err := client.Subscriptions(ctx)
	if err == nil {
		plan := yousign.PlanSubscription(want, all)
		report.describe(plan)
		if apply && (report.Create || len(report.Changes) > 0) {
			err = client.Subscribe(ctx, plan, want)
		}
	}
	if errors.Is(err, yousign.ErrSubscriptionsForbidden) {
		report.byHand(want)
	}
	var unknown *signature.UnknownOutcomeError
	if errors.As(err, &unknown) {
		return fmt.Errorf("the outcome is unknown; run it again, it looks first: %w", err)
	}
	return err
}

func (r *WebhookReport) describe(plan yousign.SubscriptionPlan) {
	r.Create, r.Changes = plan.ID == "", plan.Differs
	if slices.Contains(plan.Differs, "enabled") {
		r.Notes = append(r.Notes, "the subscription is switched off: nothing was delivered meanwhile")
	}
	if plan.TokenChanged {
		r.Notes = append(r.Notes, "the subscription calls with another webhook_token, which this configuration refuses")
	}
	if plan.Twins > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d more with the same endpoint: each repeats every event; delete them in Yousign's app", plan.Twins))
	}
	if plan.Namesakes > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d with our description and another address: left alone; delete them in Yousign's app unless another installation uses them", plan.Namesakes))
	}
}

func (r *WebhookReport) byHand(want yousign.Subscription) {
	environment := "production"
	if want.Sandbox {
		environment = "sandbox"
	}
	r.Manual = &WebhookForm{
		Endpoint: config.NewSecret(want.Endpoint), SecretKey: config.NewSecret(want.SecretKey), Description: want.Description,
		Environment: environment, Events: want.Events, Scopes: "all", Workspaces: "all",
		AutoRetry: want.AutoRetry, IsEnabled: want.Enabled,
	}
}
