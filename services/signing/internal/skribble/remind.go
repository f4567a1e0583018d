package skribble

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

const (
	// reminderPause is the least time between two reminders (Sign API v2, limits).
	reminderPause = time.Hour
	// keyReminder names the refusal of one that comes too early.
	keyReminder = "error.rate_limit.reminder"
	// maxCallbackURL in bytes; in a longer one nobody looks for what must not be shown.
	maxCallbackURL = 4096
	// minSecret is the length in bytes from which a part of a callback's URL counts as a secret.
	minSecret = 6
)

// Why a reminder is refused for now.
var (
	errRemindedLately = errors.New("the last reminder is too recent")
	errTooManyCalls   = errors.New("the provider answered 429")
)

// Remind mails all open signers whom Skribble mails at all; it cannot remind one alone.
func (p *Provider) Remind(ctx context.Context, envelopeID string, _ []string) error {
	err := p.json(ctx, vendorhttp.Request{
		Method: http.MethodPost, Path: vendorhttp.Path("signature-requests", envelopeID, "remind"), Effect: true, OwnLimit: true,
	}, nil, nil)
	var refused *vendorhttp.StatusError
	if !errors.As(err, &refused) || refused.Status != http.StatusTooManyRequests {
		return translate(err)
	}
	if problemIn(refused.Body).Key != keyReminder {
		return &signature.UnavailableError{RetryAfter: refused.RetryAfter, Cause: errTooManyCalls}
	}
	// What Skribble says is an hour at most: vendorhttp waits no longer.
	return &signature.UnavailableError{RetryAfter: cmp.Or(refused.RetryAfter, reminderPause), Cause: errRemindedLately}
}

// Deliveries returns Skribble's log of the request's callbacks, oldest first. It is empty until one was due.
func (p *Provider) Deliveries(ctx context.Context, envelopeID string) ([]signature.Delivery, error) {
	var log list[delivery]
	call := vendorhttp.Request{Method: http.MethodGet, Path: vendorhttp.Path("signature-requests", envelopeID, "callbacks")}
	if err := p.json(ctx, call, nil, &log); err != nil {
		return nil, fileFailure(err)
	}
	slices.SortStableFunc(log, func(a, b delivery) int { return a.CreatedAt.Compare(b.CreatedAt.Time) })
	deliveries := make([]signature.Delivery, 0, len(log))
	for _, d := range log {
		deliveries = append(deliveries, signature.Delivery{
			Kind: word(d.Kind), Delivered: d.State == "COMPLETED", GivenUp: d.State == "RESIGNATED",
			Attempts: max(0, d.Attempts), Detail: d.detail(), UpdateTime: d.UpdatedAt.Time,
		})
	}
	return deliveries, nil
}

// detail is what Skribble said last, without any part of the callback's URL: a receiver's answer may repeat it.
func (d delivery) detail() string {
	if len(d.Messages) == 0 || len(d.URL) > maxCallbackURL {
		return ""
	}
	var secrets []string
	for _, part := range strings.FieldsFunc(d.URL, func(r rune) bool { return strings.ContainsRune("/?&=#;", r) }) {
		if len(part) >= minSecret {
			secrets = append(secrets, part)
		}
	}
	return vendorhttp.Detail(d.Messages[len(d.Messages)-1], secrets...)
}
