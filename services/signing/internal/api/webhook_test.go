package api_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/api"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

const (
	hookToken     = "a-token-of-the-live-account"
	testToken     = "a-token-of-the-test-account"
	hookSecret    = "a-secret-of-the-live-account"
	newSecret     = "its-successor"
	callbackToken = "a-token-of-one-request"
	strangeToken  = "a-token-of-nobody"
	callbackBody  = `{"signature_request_id":"sr-9","signer_email":"eve@example.org"}`
)

// hooks are a live account with two secrets, a sandbox account, and one whose token was forgotten.
func hooks() []api.YousignHook {
	return []api.YousignHook{
		{Provider: "eu", Token: hookToken, Secrets: []string{hookSecret, newSecret}},
		{Provider: "test", Token: testToken, Secrets: []string{hookSecret}, Sandbox: true},
		{Provider: "ch", Token: "", Secrets: []string{hookSecret}},
	}
}

// delivery is a webhook's body with its signature header.
type delivery struct{ body, signature string }

func sign(body, secret string) delivery {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return delivery{body, "sha256=" + hex.EncodeToString(mac.Sum(nil))}
}

func aWebhook(event, envelope, correlation string, sandbox bool) string {
	return fmt.Sprintf(`{"event_id":%q,"event_name":"signature_request.done","sandbox":%v,
		"data":{"signature_request":{"id":%q,"external_id":%q}}}`, event, sandbox, envelope, correlation)
}

func (r *rig) yousign(token string, d delivery) error {
	ctx := metadata.AppendToOutgoingContext(r.t.Context(), "x-yousign-signature-256", d.signature)
	_, err := r.webhooks.ReceiveYousignEvent(ctx, &signingv1.ReceiveYousignEventRequest{
		Token: token, Body: &httpbody.HttpBody{ContentType: "application/json", Data: []byte(d.body)},
	})
	return err
}

func (r *rig) skribble(token string) error {
	_, err := r.webhooks.ReceiveSkribbleCallback(r.t.Context(), &signingv1.ReceiveSkribbleCallbackRequest{
		Kind: "update", Token: token, ProviderReference: "whatever", Body: &httpbody.HttpBody{Data: []byte(callbackBody)},
	})
	return err
}

// sentBy is a request of a provider that is out as an envelope.
func sentBy(provider, envelope string) signature.Request {
	request := stored(signature.OutForSignature)
	request.Provider, request.Envelope = provider, envelope
	return request
}

func TestAYousignEventThatIsNotGenuineIsRefused(t *testing.T) {
	r := newRig(t)
	r.have(sentBy("eu", "env"))
	good := aWebhook("e1", "env", "", false)
	for name, c := range map[string]struct {
		token  string
		d      delivery
		code   codes.Code
		reason string
	}{
		"another token":          {strangeToken, sign(good, hookSecret), codes.NotFound, "WEBHOOK_UNAUTHENTICATED"},
		"half a token":           {hookToken[:10], sign(good, hookSecret), codes.NotFound, "WEBHOOK_UNAUTHENTICATED"},
		"no token":               {"", sign(good, hookSecret), codes.InvalidArgument, "INVALID_REQUEST"},
		"an endless token":       {strings.Repeat("x", 129), sign(good, hookSecret), codes.InvalidArgument, "INVALID_REQUEST"},
		"another secret":         {hookToken, sign(good, "guess"), codes.Unauthenticated, "WEBHOOK_UNAUTHENTICATED"},
		"an empty secret":        {hookToken, sign(good, ""), codes.Unauthenticated, "WEBHOOK_UNAUTHENTICATED"},
		"no signature":           {hookToken, delivery{good, ""}, codes.Unauthenticated, "WEBHOOK_UNAUTHENTICATED"},
		"a changed body":         {hookToken, delivery{good + " ", sign(good, hookSecret).signature}, codes.Unauthenticated, "WEBHOOK_UNAUTHENTICATED"},
		"another's secret":       {testToken, sign(good, newSecret), codes.Unauthenticated, "WEBHOOK_UNAUTHENTICATED"},
		"not JSON, unsigned":     {hookToken, delivery{"<", ""}, codes.Unauthenticated, "WEBHOOK_UNAUTHENTICATED"},
		"not JSON":               {hookToken, sign("<", hookSecret), codes.InvalidArgument, "WEBHOOK_MALFORMED"},
		"no body":                {hookToken, sign("", hookSecret), codes.InvalidArgument, "WEBHOOK_MALFORMED"},
		"an event without an id": {hookToken, sign(`{"event_name":"x","data":{}}`, hookSecret), codes.InvalidArgument, "WEBHOOK_MALFORMED"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, r.yousign(c.token, c.d), c.code, c.reason) })
	}
	if jobs, inbox := r.count("river_job"), r.count("inbox"); jobs+inbox != 0 {
		t.Errorf("%d jobs, %d messages", jobs, inbox)
	}
}

// TestAYousignEventIsTakenOnce: however often it is delivered, and under either live secret.
func TestAYousignEventIsTakenOnce(t *testing.T) {
	r := newRig(t)
	r.have(sentBy("eu", "env"))
	for i, d := range []delivery{
		sign(aWebhook("e1", "env", "", false), hookSecret), sign(aWebhook("e1", "env", "", false), hookSecret),
		sign(aWebhook("e1", "env", "", false), newSecret),
	} {
		if err := r.yousign(hookToken, d); err != nil || r.count("river_job") != 1 || r.count("inbox") != 1 {
			t.Errorf("delivery %d: %v, %d jobs, %d messages", i, err, r.count("river_job"), r.count("inbox"))
		}
	}
	if err := r.yousign(hookToken, sign(aWebhook("e2", "env", "", false), hookSecret)); err != nil || r.count("river_job") != 2 {
		t.Errorf("another event: %v, %d jobs", err, r.count("river_job"))
	}
	var held int
	err := r.db.Read().QueryRowContext(t.Context(), `SELECT sum(length(body)) FROM inbox`).Scan(&held)
	if err != nil || held != 0 {
		t.Errorf("%d bytes of bodies were kept, %v", held, err)
	}
}

// TestWhoseAYousignEventIs: what is not about a request of that very account is taken and changes nothing.
func TestWhoseAYousignEventIs(t *testing.T) {
	ours, others, unsent := sentBy("eu", "env"), sentBy("ch", "env-ch"), stored(signature.Preparing)
	sandbox := sentBy("test", "env-test")
	for name, c := range map[string]struct {
		token, body string
		jobs        int
	}{
		"ours":                            {hookToken, aWebhook("e", "env", "", false), 1},
		"ours, before its answer came":    {hookToken, aWebhook("e", "env-new", unsent.ID, false), 1},
		"ours in the sandbox":             {testToken, aWebhook("e", "env-test", "", true), 1},
		"an unknown request":              {hookToken, aWebhook("e", "env-9", "", false), 0},
		"an unknown correlation":          {hookToken, aWebhook("e", "env-9", "deal-7", false), 0},
		"no request":                      {hookToken, `{"event_id":"e","event_name":"contact.created","data":{}}`, 0},
		"another provider's envelope":     {hookToken, aWebhook("e", "env-ch", "", false), 0},
		"another provider's correlation":  {hookToken, aWebhook("e", "env-9", others.ID, false), 0},
		"a sandbox event at a live hook":  {hookToken, aWebhook("e", "env", "", true), 0},
		"a live event at a sandbox hook":  {testToken, aWebhook("e", "env-test", "", false), 0},
		"a live request's at the sandbox": {testToken, aWebhook("e", "env", ours.ID, true), 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.have(ours, others, unsent, sandbox)
			if err := r.yousign(c.token, sign(c.body, hookSecret)); err != nil {
				t.Fatal(err)
			}
			if jobs, inbox := r.count("river_job"), r.count("inbox"); jobs != c.jobs || inbox != c.jobs {
				t.Errorf("%d jobs, %d messages, want %d", jobs, inbox, c.jobs)
			}
		})
	}
}

func TestASkribbleCallbackIsAHint(t *testing.T) {
	r := newRig(t)
	request := sentBy("eu", "env")
	request.CallbackToken = callbackToken
	r.have(request, stored(signature.OutForSignature))
	for i := range 2 { // nothing tells a repetition from another change
		if err := r.skribble(callbackToken); err != nil || r.count("river_job") != i+1 {
			t.Errorf("%v, %d jobs", err, r.count("river_job"))
		}
	}
	for _, token := range []string{strangeToken, callbackToken + "x", strings.ToUpper(callbackToken), hookToken} {
		refused(t, r.skribble(token), codes.NotFound, "WEBHOOK_UNAUTHENTICATED")
	}
	refused(t, r.skribble(""), codes.InvalidArgument, "INVALID_REQUEST", "field", "token")
	if r.count("river_job") != 2 || r.count("inbox") != 0 {
		t.Errorf("%d jobs, %d messages", r.count("river_job"), r.count("inbox"))
	}
	var args string // the request and when the callback was taken
	if err := r.db.Read().QueryRowContext(t.Context(), `SELECT json(args) FROM river_job LIMIT 1`).Scan(&args); err != nil ||
		!regexp.MustCompile(`^{"request":"`+request.ID+`","told":[0-9]+}$`).MatchString(args) {
		t.Errorf("job %s, %v", args, err)
	}
	read, err := r.store.Request(t.Context(), request.ID)
	if err != nil || read.State != signature.OutForSignature || read.Version != 1 {
		t.Errorf("the callback itself moved the request: %s, version %d, %v", read.State, read.Version, err)
	}
}

// TestCallbacksForWhatHasEndedCostNothing, however many come: they are answered, and no job looks.
func TestCallbacksForWhatHasEndedCostNothing(t *testing.T) {
	r := newRig(t)
	for _, state := range []signature.State{signature.Completed, signature.Declined, signature.Canceled, signature.Expired, signature.Refused, signature.ProofFailed} {
		request := sentBy("eu", "env-"+string(state))
		request.State = state
		r.have(request)
		for n := range 3 {
			if err := r.skribble(request.CallbackToken); err != nil {
				t.Error(err)
			}
			if err := r.yousign(hookToken, sign(aWebhook(fmt.Sprint(state, n), request.Envelope, "", false), hookSecret)); err != nil {
				t.Error(err)
			}
		}
	}
	if jobs := r.count("river_job"); jobs != 0 {
		t.Errorf("%d jobs", jobs)
	}
}
