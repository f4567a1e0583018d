package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"log/slog"
	"mime"

	"google.golang.org/grpc/codes"

	crmv1 "github.com/countersign/countersign/gen/countersign/crm/v1"
	"github.com/countersign/countersign/services/crm/internal/jobs"
	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/internal/fault"
)

// Door is what an account's webhooks are checked against.
type Door struct {
	// Token is the secret path segment.
	Token string
	// AccountID is Kommo's id of the account; 0 when it is not configured.
	AccountID int64
}

// Webhooks serves the CrmWebhooks contract.
type Webhooks struct {
	crmv1.UnimplementedCrmWebhooksServer
	DB *durable.Store
	// Doors by the configured account's id.
	Doors  map[string]Door
	Logger *slog.Logger
}

// ReceiveKommoWebhook takes what Kommo sends. Kommo signs nothing: the token in the path lets it in, and what it says is
// only which deals to read again. Those ids are all that is kept of it.
func (w *Webhooks) ReceiveKommoWebhook(ctx context.Context, in *crmv1.ReceiveKommoWebhookRequest) (*crmv1.ReceiveKommoWebhookResponse, error) {
	door, ok := w.Doors[in.GetAccount()]
	if !sameToken(in.GetToken(), door.Token) || !ok {
		return nil, w.refuse(ctx, codes.NotFound, "WEBHOOK_UNAUTHENTICATED", "no webhook is expected here")
	}
	contentType := in.GetBody().GetContentType()
	if !supported(contentType) {
		return nil, w.refuse(ctx, codes.InvalidArgument, "WEBHOOK_UNSUPPORTED_TYPE", "want a form or JSON")
	}
	hook, err := kommo.Decode(contentType, in.GetBody().GetData())
	if err != nil {
		return nil, w.refuse(ctx, codes.InvalidArgument, "WEBHOOK_MALFORMED", "the body cannot be read")
	}
	hints := jobs.Hints{Account: in.GetAccount()}
	if hook.AccountID == 0 || door.AccountID == 0 || hook.AccountID == door.AccountID {
		hints = heard(in.GetAccount(), hook)
	}
	if len(hints.Leads)+len(hints.Contacts) == 0 {
		w.Logger.InfoContext(ctx, "webhook taken and ignored", slog.String("vendor", "kommo"),
			slog.Int("unknown_groups", len(hook.Unknown)), slog.Bool("truncated", hook.Truncated))
		return &crmv1.ReceiveKommoWebhookResponse{}, nil
	}
	return &crmv1.ReceiveKommoWebhookResponse{}, w.keep(ctx, hints)
}

// heard is what a hook says, as ids. Companies come as contacts and are none.
func heard(account string, hook kommo.Hook) jobs.Hints {
	hints := jobs.Hints{Account: account}
	for _, lead := range hook.Leads {
		hint := jobs.LeadHint{Lead: lead.ID, Pipeline: lead.PipelineID, Stage: lead.StatusID}
		if lead.Event == "delete" {
			hint.Stage = 0 // the stage it was in says nothing about what is left to do
		}
		hints.Leads = append(hints.Leads, hint)
	}
	for _, contact := range hook.Contacts {
		if contact.Type != "company" {
			hints.Contacts = append(hints.Contacts, contact.ID)
		}
		for _, lead := range contact.LeadIDs {
			hints.Leads = append(hints.Leads, jobs.LeadHint{Lead: lead})
		}
	}
	return hints
}

// keep stores the hints with the job that follows them, in one transaction. There is no key to tell a repetition by: two
// equal calls may be two changes, and looking twice does no harm.
func (w *Webhooks) keep(ctx context.Context, hints jobs.Hints) error {
	body, err := json.Marshal(hints)
	if err != nil {
		return fmt.Errorf("encode the hints: %w", err)
	}
	return w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		id, _, err := tx.Receive(ctx, durable.Message{Source: "kommo", ContentType: "application/json", Body: body})
		if err != nil {
			return err
		}
		return tx.Enqueue(ctx, jobs.Hook{Message: id})
	})
}

func (w *Webhooks) refuse(ctx context.Context, code codes.Code, reason, message string) error {
	w.Logger.WarnContext(ctx, "webhook refused", slog.String("vendor", "kommo"), slog.String("reason", reason))
	return &fault.Error{Code: code, Domain: Domain, Reason: reason, Message: message}
}

// sameToken compares in a time that tells nothing about the token. No token is set: nobody comes in.
func sameToken(given, want string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(want))
	return want != "" && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func supported(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/x-www-form-urlencoded" || media == "application/json")
}
