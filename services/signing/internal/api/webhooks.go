package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"strings"
	"time"

	"google.golang.org/grpc/metadata"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
	"github.com/countersign/countersign/services/signing/internal/yousign"
)

// YousignHook is what a Yousign account's webhooks are checked against.
type YousignHook struct {
	Provider string
	// Token is the secret path segment of the subscription's endpoint.
	Token string
	// Secrets are the live signing secrets: two while one is being replaced.
	Secrets []string
	Sandbox bool
}

// Webhooks serves the SigningWebhooks contract.
type Webhooks struct {
	signingv1.UnimplementedSigningWebhooksServer
	DB      *durable.Store
	Store   *store.Store
	Yousign []YousignHook
	Logger  *slog.Logger
}

// ReceiveSkribbleCallback takes a callback as a hint that its request changed. Skribble signs nothing and documents no
// body: the token in the path is what authenticates it, and the vendor is asked before anything is believed. The job is all
// there is to keep: nothing tells a repetition from another change.
func (w *Webhooks) ReceiveSkribbleCallback(ctx context.Context, in *signingv1.ReceiveSkribbleCallbackRequest,
) (*signingv1.ReceiveSkribbleCallbackResponse, error) {
	r, err := w.Store.ByCallbackToken(ctx, in.GetToken())
	if errors.Is(err, store.ErrNotFound) {
		return nil, w.refuse(ctx, "skribble", "token", errUnknownHook)
	}
	if err != nil {
		return nil, err
	}
	if r.State.Ended() { // nothing happens to it any more, whoever calls and however often
		return &signingv1.ReceiveSkribbleCallbackResponse{}, nil
	}
	err = w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		return tx.Enqueue(ctx, jobs.Hinted(r.ID, signature.Hint{}))
	})
	if err != nil {
		return nil, err
	}
	return &signingv1.ReceiveSkribbleCallbackResponse{}, nil
}

// ReceiveYousignEvent takes an event as a hint that its request changed, and as a fact where it alone tells one.
func (w *Webhooks) ReceiveYousignEvent(ctx context.Context, in *signingv1.ReceiveYousignEventRequest,
) (*signingv1.ReceiveYousignEventResponse, error) {
	hook, ok := w.hook(in.GetToken())
	if !ok {
		return nil, w.refuse(ctx, "yousign", "token", errUnknownHook)
	}
	raw := in.GetBody().GetData()
	if !yousign.Verify(raw, header(ctx, yousign.SignatureHeader), hook.Secrets) {
		return nil, w.refuse(ctx, "yousign", "signature", errBadHook)
	}
	event, err := yousign.Decode(raw)
	if err != nil {
		return nil, w.refuse(ctx, "yousign", "malformed", errMalformed)
	}
	for {
		r, err := w.subject(ctx, hook, event)
		if errors.Is(err, store.ErrNotFound) || err == nil && event.Sandbox != hook.Sandbox {
			w.Logger.InfoContext(ctx, "webhook taken and ignored", slog.String("vendor", "yousign"),
				slog.Bool("known_request", err == nil))
			return &signingv1.ReceiveYousignEventResponse{}, nil
		}
		if err == nil {
			err = w.take(ctx, hook, event, r)
		}
		if errors.Is(err, store.ErrConflict) {
			continue // a job saved it first: look again
		}
		if err != nil {
			return nil, err
		}
		return &signingv1.ReceiveYousignEventResponse{}, nil
	}
}

// refuse logs a call that is not taken, without anything it carried.
func (w *Webhooks) refuse(ctx context.Context, vendor, reason string, err error) error {
	w.Logger.WarnContext(ctx, "webhook refused", slog.String("vendor", vendor), slog.String("reason", reason))
	return answer(err)
}

// take keeps the event's id, notes what the event alone tells of its signer, and has the vendor asked, in one transaction.
// The body is not kept: it is personal data that nothing else is decided from.
func (w *Webhooks) take(ctx context.Context, hook YousignHook, event yousign.Event, r signature.Request) error {
	message := durable.Message{Source: "yousign/" + hook.Provider, Key: event.ID, ContentType: "application/json", Body: []byte{}}
	fact := signature.SignerFact{SignerID: event.SignerID, State: event.SignerState(), Time: event.Time}
	noted, events := signature.NoteSigner(r, fact, time.Now())
	return w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		_, first, err := tx.Receive(ctx, message)
		if err != nil || !first {
			return err
		}
		if !signature.Same(noted, r) {
			if _, err := w.Store.Save(ctx, tx, noted, events); err != nil {
				return err
			}
		}
		if r.State.Ended() {
			return nil
		}
		return tx.Enqueue(ctx, jobs.Hinted(r.ID, event.Hint()))
	})
}

func (w *Webhooks) subject(ctx context.Context, hook YousignHook, event yousign.Event) (signature.Request, error) {
	r, err := w.Store.ByEnvelope(ctx, hook.Provider, event.EnvelopeID)
	if !errors.Is(err, store.ErrNotFound) {
		return r, err
	}
	r, err = w.Store.Request(ctx, event.Correlation) // the event may overtake the answer that named the envelope
	if err == nil && r.Provider != hook.Provider {
		return r, store.ErrNotFound
	}
	return r, err
}

// hook finds the account a token belongs to, in a time that tells nothing about the tokens.
func (w *Webhooks) hook(token string) (YousignHook, bool) {
	given := sha256.Sum256([]byte(token))
	var found YousignHook
	ok := false
	for _, h := range w.Yousign {
		want := sha256.Sum256([]byte(h.Token))
		if h.Token != "" && subtle.ConstantTimeCompare(given[:], want[:]) == 1 {
			found, ok = h, true
		}
	}
	return found, ok
}

func header(ctx context.Context, name string) string {
	values := metadata.ValueFromIncomingContext(ctx, name)
	return strings.Join(values, ",")
}
