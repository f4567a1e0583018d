package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/signing"
)

type webhooksCommand struct {
	Plan  webhooksPlanCommand  `cmd:"" help:"Tell what apply would change, and change nothing. Ends with 2 when it would change something, with 1 when an account could not be compared."`
	Apply webhooksApplyCommand `cmd:"" help:"Bring the subscription of every Yousign account in step with the configuration: its endpoint, environment, events, scopes and signing secret (the first of webhook_secrets). Makes the one that is missing, changes and enables ours, and leaves all others alone; twice is harmless. Ends with 1 when an account is not in step afterwards."`
}

// webhookFlags are those of both commands.
type webhookFlags struct {
	Config      string `short:"c" placeholder:"FILE" env:"COUNTERSIGN_CONFIG" help:"Configuration file (YAML)."`
	ShowSecrets bool   `help:"Show the endpoint's token and the signing secret where they have to be typed in by hand."`
}

type webhooksPlanCommand struct {
	webhookFlags
}

// Run compares.
func (c *webhooksPlanCommand) Run(ctx context.Context, s streams) error {
	return c.plan(ctx, s.out)
}

type webhooksApplyCommand struct {
	webhookFlags
	DryRun bool `help:"The same as plan, and ends as it does."`
}

// Run compares and applies.
func (c *webhooksApplyCommand) Run(ctx context.Context, s streams) error {
	if c.DryRun {
		return c.plan(ctx, s.out)
	}
	_, err := c.run(ctx, signing.ApplyWebhooks, s.out, "")
	return err
}

// exitPending is the status of a plan that would change something.
const exitPending = 2

func (f webhookFlags) plan(ctx context.Context, out io.Writer) error {
	reports, err := f.run(ctx, signing.PlanWebhooks, out, "would ")
	if err == nil && slices.ContainsFunc(reports, func(r signing.WebhookReport) bool { return r.Create || len(r.Changes) > 0 }) {
		return exit{status: exitPending}
	}
	return err
}

func (f webhookFlags) run(ctx context.Context, do func(context.Context, signing.Config) ([]signing.WebhookReport, error), out io.Writer, would string) ([]signing.WebhookReport, error) {
	cfg, err := loadConfig(f.Config, nil)
	if err != nil {
		return nil, err
	}
	reports, err := do(ctx, cfg.Signing)
	if err != nil {
		return nil, fmt.Errorf("configuration:\n%w", err)
	}
	var text strings.Builder
	if len(reports) == 0 {
		text.WriteString("no Yousign account is configured; Skribble is told its callbacks with every request\n")
	} else {
		fmt.Fprintf(&text, "webhooks are to reach %s\n", cfg.Signing.Callbacks)
	}
	failed := 0
	for _, report := range reports {
		if report.Err != nil {
			failed++
		}
		f.tell(&text, report, would)
	}
	if _, err := io.WriteString(out, text.String()); err != nil {
		return nil, err
	}
	if failed > 0 {
		return nil, fmt.Errorf("not in step: %d of %d accounts", failed, len(reports))
	}
	return reports, nil
}

// tell writes a line per finding of one account.
func (f webhookFlags) tell(out io.Writer, r signing.WebhookReport, would string) {
	line := func(format string, values ...any) { fmt.Fprintf(out, r.Account+": "+format+"\n", values...) }
	for _, note := range r.Notes {
		line("note: %s", note)
	}
	switch {
	case r.Err != nil:
		line("failed: %v", r.Err)
	case r.Create:
		line("%screate the subscription", would)
	case len(r.Changes) == 0:
		line("in step")
	}
	if r.Err == nil {
		for _, name := range r.Changes {
			line("%schange %s", would, name)
		}
	}
	if r.Manual != nil {
		f.explain(line, r.Manual)
	}
}

// explain tells what to do where the vendor's API may not be used.
func (f webhookFlags) explain(line func(string, ...any), form *signing.WebhookForm) {
	endpoint, secret := form.Endpoint.Reveal(), "the first of webhook_secrets"
	if !f.ShowSecrets {
		endpoint = endpoint[:strings.LastIndex(endpoint, "/")+1] + "{webhook_token}"
	} else {
		secret = form.SecretKey.Reveal()
	}
	line("an account in its trial, a key of the sandbox and a key that may only read cannot manage subscriptions")
	line("either set webhook_api_key to a full-access key of production, or type this into Yousign's app (API > Webhooks > Create a webhook):")
	line("  Endpoint URL       %s", endpoint)
	line("  Description        %s", form.Description)
	line("  Environment        %s", form.Environment)
	line("  Subscribed events  %s", strings.Join(form.Events, " "))
	line("  Scopes             %s", form.Scopes)
	line("  Workspaces         %s", form.Workspaces)
	line("  Automatic retries  %s", onOff(form.AutoRetry))
	line("  Enabled            %s", onOff(form.IsEnabled))
	line("  Secret key         %s; where the app makes one of its own, put that into webhook_secrets instead", secret)
	if !f.ShowSecrets {
		line("  (--show-secrets shows the token and the key)")
	}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
