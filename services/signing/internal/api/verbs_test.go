package api_test

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// keen is an account that reminds and changes signers, and does not take every address.
type keen struct{ account }

func (k *keen) Capabilities() signature.Capabilities {
	c := k.account.Capabilities()
	c.RemindOne, c.ReminderPause, c.SignerUpdates = true, time.Hour, signature.UpdatesUntilSigned
	return c
}

func (k *keen) Refusal(order signature.Order) *signature.Refusal {
	for i, s := range order.Signers {
		if s.Email == "no@example.org" {
			return &signature.Refusal{Reason: signature.ReasonSignerEmailInvalid, Field: fmt.Sprintf("signers[%d].email", i), Detail: "no"}
		}
	}
	return k.account.Refusal(order)
}

func newKeenRig(t *testing.T) *rig {
	r := newRig(t)
	r.providers["keen"] = &keen{}
	return r
}

// invited is a request whose signer was invited a while ago.
func invited(ago time.Duration) signature.Request {
	request := stored(signature.OutForSignature)
	request.Provider, request.Envelope, request.SendAttempted = "keen", "env", true
	request.Signers[0].State, request.Signers[0].InviteTime = signature.SignerInvited, time.Now().Add(-ago)
	return request
}

func (r *rig) remind(name, role, id string) (*signingv1.SignatureRequest, error) {
	answer, err := r.provider.RemindSignatureRequest(r.t.Context(), &signingv1.RemindSignatureRequestRequest{
		Name: name, SignerRole: role, RequestId: id,
	})
	return answer.GetSignatureRequest(), err
}

func (r *rig) updateSigner(name, email, id string) (*signingv1.SignatureRequest, error) {
	answer, err := r.provider.UpdateSigner(r.t.Context(), &signingv1.UpdateSignerRequest{
		Name: name, SignerRole: "client", Email: proto.String(email), RequestId: id,
	})
	return answer.GetSignatureRequest(), err
}

// TestRemindAsksOnce: the intent and a job are saved, a repetition finds them, another one comes too soon.
func TestRemindAsksOnce(t *testing.T) {
	r := newKeenRig(t)
	name := r.have(invited(2 * time.Hour))[0]
	for range 2 {
		got, err := r.remind(name, "", "r-1")
		if err != nil || got.GetNextAction() != "the provider is being asked to remind the signers" || got.GetSigners()[0].GetRemindTime() != nil {
			t.Errorf("%v, %v", got, err)
		}
	}
	if s := r.read(name).Signers[0]; s.Reminder.AskTime.IsZero() || r.count("river_job") != 1 {
		t.Errorf("%+v, %d jobs", s, r.count("river_job"))
	}
	_, err := r.remind(name, "client", "r-1")
	refused(t, err, codes.FailedPrecondition, "REQUEST_ID_REUSED")
	next := r.read(name).Signers[0].Reminder.AskTime.Add(time.Hour).UTC().Format(time.RFC3339Nano)
	_, err = r.remind(name, "", "r-2")
	refused(t, err, codes.FailedPrecondition, "REMINDER_TOO_SOON", "next_time", next)
	tells(t, err, "ask again from "+next)

	r.becomes(name, func(request *signature.Request) {
		request.Signers[0].Reminder, request.Signers[0].RemindTime = signature.Reminder{}, time.Unix(1_800_000_000, 0)
	})
	if got, err := r.remind(name, "", "r-1"); err != nil || got.GetSigners()[0].GetRemindTime().GetSeconds() != 1_800_000_000 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestRemindAnswersMistakes(t *testing.T) {
	r := newKeenRig(t)
	done, gone, plain := invited(2*time.Hour), invited(2*time.Hour), invited(2*time.Hour)
	done.Signers[0].State, gone.Provider, plain.Provider = signature.SignerSigned, "gone", "eu"
	plain.Signers = append(plain.Signers, plain.Signers[0])
	plain.Signers[1].Role = "seller"
	names := r.have(invited(2*time.Hour), done, gone, plain, stored(signature.Completed))
	for i, c := range []struct {
		name, role string
		code       codes.Code
		reason     string
		metadata   []string
	}{
		{nobody, "", codes.NotFound, "SIGNATURE_REQUEST_NOT_FOUND", nil},
		{names[0], "boss", codes.NotFound, "SIGNER_NOT_FOUND", []string{"field", "signer_role"}},
		{names[1], "client", codes.FailedPrecondition, "SIGNER_STATE_DOES_NOT_ALLOW", []string{"signer_role", "client", "signer_state", "SIGNED"}},
		{names[1], "", codes.FailedPrecondition, "NOBODY_TO_REMIND", nil},
		{names[2], "", codes.Unavailable, "PROVIDER_UNAVAILABLE", []string{"provider", "providers/gone"}},
		{names[3], "client", codes.FailedPrecondition, "NOT_OFFERED", []string{"provider", "providers/eu"}},
		{names[4], "", codes.FailedPrecondition, "STATE_DOES_NOT_ALLOW", []string{"state", "COMPLETED"}},
	} {
		_, err := r.remind(c.name, c.role, fmt.Sprint("r-", i))
		refused(t, err, c.code, c.reason, c.metadata...)
	}
	if r.count("river_job") != 0 || r.count("verb") != 0 {
		t.Errorf("%d jobs, %d verbs", r.count("river_job"), r.count("verb"))
	}
}

// TestUpdateSignerBeforeAnythingIsSent changes the signer at once and tells of it.
func TestUpdateSignerBeforeAnythingIsSent(t *testing.T) {
	r := newKeenRig(t)
	request := stored(signature.Preparing)
	request.Provider = "keen"
	name := r.have(request)[0]
	for range 2 {
		got, err := r.updateSigner(name, "grace@example.org", "u-1")
		if s := got.GetSigners()[0]; err != nil || s.GetEmail() != "grace@example.org" || s.GetUpdatePending() || s.GetFirstName() != "Ada" {
			t.Errorf("%v, %v", s, err)
		}
	}
	events, err := r.store.Events(t.Context(), 0, request.ID, 10)
	if err != nil || len(events) != 2 || events[1].Type != signature.EventSignerUpdated || events[1].SignerRole != "client" {
		t.Errorf("%+v, %v", events, err)
	}
}

// TestUpdateSignerOfARequestThatIsOut notes the change for a job. What changes nothing enqueues none.
func TestUpdateSignerOfARequestThatIsOut(t *testing.T) {
	r := newKeenRig(t)
	name := r.have(invited(time.Hour))[0]
	if got, err := r.updateSigner(name, "ada@example.org", "u-0"); err != nil || got.GetSigners()[0].GetUpdatePending() || r.count("river_job") != 0 {
		t.Errorf("nothing changed: %v, %v, %d jobs", got, err, r.count("river_job"))
	}
	got, err := r.updateSigner(name, "grace@example.org", "u-1")
	if s := got.GetSigners()[0]; err != nil || s.GetEmail() != "ada@example.org" || !s.GetUpdatePending() || r.count("river_job") != 1 ||
		got.GetNextAction() != "the provider is being asked to change a signer" {
		t.Errorf("%v, %v, %d jobs", got, err, r.count("river_job"))
	}
	if s := r.read(name).Signers[0]; s.Update.Email != "grace@example.org" || s.Update.FirstName != "Ada" {
		t.Errorf("%+v", s.Update)
	}
	_, err = r.provider.UpdateSigner(t.Context(), &signingv1.UpdateSignerRequest{
		Name: name, SignerRole: "client", PhoneNumber: proto.String(""), FirstName: proto.String("Grace"), RequestId: "u-2",
	})
	if s := r.read(name).Signers[0]; err != nil || s.Update.Email != "grace@example.org" || s.Update.FirstName != "Grace" || s.Update.LastName != "Lovelace" {
		t.Errorf("%+v, %v", s.Update, err)
	}
}

func TestUpdateSignerAnswersMistakes(t *testing.T) {
	r := newKeenRig(t)
	done, never := invited(time.Hour), invited(time.Hour)
	done.Signers[0].State, never.Provider = signature.SignerSigned, "eu"
	names := r.have(invited(time.Hour), done, never, stored(signature.Declined))
	for i, c := range []struct {
		name, email string
		code        codes.Code
		reason      string
		metadata    []string
	}{
		{nobody, "x@example.org", codes.NotFound, "SIGNATURE_REQUEST_NOT_FOUND", nil},
		{names[0], "no", codes.InvalidArgument, "INVALID_REQUEST", []string{"field", "email"}},
		{names[0], "no@example.org", codes.FailedPrecondition, "SIGNER_EMAIL_INVALID", []string{"field", "email"}},
		{names[1], "x@example.org", codes.FailedPrecondition, "SIGNER_STATE_DOES_NOT_ALLOW", []string{"signer_role", "client", "signer_state", "SIGNED"}},
		{names[2], "x@example.org", codes.FailedPrecondition, "NOT_OFFERED", []string{"provider", "providers/eu"}},
		{names[3], "x@example.org", codes.FailedPrecondition, "STATE_DOES_NOT_ALLOW", []string{"state", "DECLINED"}},
	} {
		_, err := r.updateSigner(c.name, c.email, fmt.Sprint("u-", i))
		refused(t, err, c.code, c.reason, c.metadata...)
	}
	if r.count("river_job") != 0 || r.count("verb") != 0 || r.read(names[0]).Signers[0].Update != nil {
		t.Errorf("%d jobs, %d verbs", r.count("river_job"), r.count("verb"))
	}
}

// TestWhatWasWrongBeforeDoesNotForbidAChange: a deadline that has come near, for one.
func TestWhatWasWrongBeforeDoesNotForbidAChange(t *testing.T) {
	r := newKeenRig(t)
	name := r.have(invited(time.Hour))[0]
	r.providers["keen"].(*keen).refusal = &signature.Refusal{Reason: signature.ReasonExpiryInvalid, Field: "expire_time", Detail: "too near"}
	if got, err := r.updateSigner(name, "grace@example.org", "u-1"); err != nil || !got.GetSigners()[0].GetUpdatePending() {
		t.Errorf("%v, %v", got, err)
	}
}

// choosy refuses grace@example.org, at the field it says.
type choosy struct {
	keen
	field string
}

func (c *choosy) Refusal(order signature.Order) *signature.Refusal {
	for _, s := range order.Signers {
		if s.Email == "grace@example.org" {
			return &signature.Refusal{Reason: signature.ReasonSignerEmailInvalid, Field: c.field, Detail: "no"}
		}
	}
	return nil
}

// TestAnUpdatesRefusalNamesWhatTheCallHolds, also where two signers share an address and the other one is told.
func TestAnUpdatesRefusalNamesWhatTheCallHolds(t *testing.T) {
	r := newKeenRig(t)
	for field, want := range map[string]string{
		"signers[0].email": "email", "signers[1].email": "email", "signers[12].phone_number": "phone_number",
		"translations": "language", `translations["fr"].message`: "language", "message": "language", "expire_time": "signer_role",
	} {
		r.providers["keen"] = &choosy{field: field}
		_, err := r.updateSigner(r.have(invited(time.Hour))[0], "grace@example.org", "u-"+field)
		refused(t, err, codes.FailedPrecondition, "SIGNER_EMAIL_INVALID", "field", want)
	}
}
