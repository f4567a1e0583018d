// Package providertest is what every signing vendor's adapter must pass to be a signature.Provider. It drives the
// adapter against a simulated vendor and stands on the line between the two, so that it can lose, refuse or spoil any
// single call; a test of one vendor needs a Fixture and nothing else.
package providertest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// limit of one step of a case; a provider that hangs fails here.
const limit = 20 * time.Second

// Fixture is a provider at a vendor of its own, and hands to move that vendor. Each case gets a fresh one.
type Fixture struct {
	// Provider under test. It must not limit its calls, and must look up lost requests within a second.
	Provider signature.Provider
	// BadCredentials is a provider at the same vendor whose credentials are refused.
	BadCredentials signature.Provider
	// Secrets that must show in no error.
	Secrets []string
	// Sign makes the next signer in line sign.
	Sign func(t *testing.T, envelopeID string)
	// Decline makes the next signer in line decline.
	Decline func(t *testing.T, envelopeID, reason string)
	// Expire ends the envelope by its date.
	Expire func(t *testing.T, envelopeID string)
	// Remove makes the envelope vanish at the vendor.
	Remove func(t *testing.T, envelopeID string)
	// Alive lists the envelopes that carry the correlation and have not ended, drafts included, in any order.
	Alive func(t *testing.T, correlation string) []string
	// Restarted is the provider of a process that knows nothing of what Provider did.
	Restarted signature.Provider
	// Look shows an envelope as the vendor keeps it.
	Look func(t *testing.T, envelopeID string) View
	// Advance passes time at the vendor.
	Advance func(t *testing.T, d time.Duration)
	// Observer is an address that the vendor takes as an observer's.
	Observer string
	// Template makes a template at the vendor with the roles and a text that is labelled "company", and returns its id; nil
	// where Capabilities has none.
	Template func(t *testing.T, roles ...string) string
}

// View is an envelope as the vendor keeps it.
type View struct {
	// Attachments by file name, Observers by address, in the vendor's order.
	Attachments, Observers []string
	// Links are the signers' own, by address; a signer whose turn has not come may have none.
	Links map[string]string
	// Texts are the invitations' texts, by the signers' addresses.
	Texts map[string]signature.MailText
	// Redirects of the signers, by address; empty where the vendor takes them with the link.
	Redirects map[string]signature.Redirects
	// Brand is the vendor's id of the look.
	Brand string
	// Mails counts the mails to each address, about this envelope.
	Mails map[string]int
}

// Run runs the suite. Open is given the client that the fixture's providers must call with.
func Run(t *testing.T, open func(t *testing.T, client *http.Client) Fixture) {
	cases := []struct {
		name string
		run  func(*testing.T, *bench)
	}{
		{"capabilities are complete", capabilities},
		{"an order is sent and read back", sent},
		{"a signed envelope yields its files", completed},
		{"every level that is offered can be signed", everyLevel},
		{"signers are asked in their order", inOrder},
		{"files are not ready before the last signature", notReady},
		{"a decline is told with its reason", declined},
		{"withdrawing twice succeeds", withdrawnTwice},
		{"withdrawing what was signed succeeds and changes nothing", withdrawnLate},
		{"an expired envelope is expired", expired},
		{"a vanished envelope is gone", vanished},
		{"what is not offered is refused before anything leaves", matrix},
		{"signers that cannot be invited are refused", badSigners},
		{"documents and titles that cannot be sent are refused", badDocuments},
		{"a lost call makes no second envelope", lostCalls},
		{"a lost call of a full order makes no second envelope", lostFull},
		{"a lost call of an order from a template makes no second envelope", lostTemplate},
		{"an answer lost at every step makes no second envelope", everyAnswerLost},
		{"resuming what was sent changes nothing", resumedTwice},
		{"what was sent is found, and nothing is made", found},
		{"what was half sent is not found and leaves nothing", notFound},
		{"a look-up that is refused ends nothing", refusedLookUps},
		{"a refusal without a reason ends nothing", firewalled},
		{"rate limits are passed on", rateLimited},
		{"failures of reads are unavailable", failedReads},
		{"an unreachable vendor is unavailable", unreachable},
		{"a hanging vendor ends with the context", hanging},
		{"redirects are not followed", redirected},
		{"answers are bounded", endless},
		{"refused credentials do not end requests", badCredentials},
		{"files that are no PDF are refused", spoiltFiles},
		{"sending is safe for concurrent use", concurrent},
		{"what has no capability is not offered", notOffered},
		{"wishes that are not offered are refused before anything leaves", wishes},
		{"signers are read with their names", names},
		{"groups of signers are asked in their order", groups},
		{"attachments and observers come with the envelope", company},
		{"each signer reads a text of their own", translated},
		{"a look is chosen", branded},
		{"signers are sent elsewhere afterwards", redirectedSigners},
		{"a caller who delivers hands out fresh links", links},
		{"a template of the vendor makes the document", template},
		{"open signers are reminded", reminded},
		{"one signer is reminded alone", remindedAlone},
		{"every part of a signer can be updated", updated},
		{"who signed is not updated", updatedLate},
		{"an update whose answer is lost is made once", updateLost},
		{"an expired envelope is opened again", reactivated},
		{"callbacks that were tried are told", deliveries},
		{"what ended is erased, what is open is not", erased},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			line := &line{next: http.DefaultTransport}
			b := &bench{Fixture: open(t, &http.Client{Transport: line}), line: line}
			c.run(t, b)
		})
	}
}

// bench is a fixture and the line to its vendor.
type bench struct {
	Fixture
	line *line
}

// context of one step.
func (b *bench) context(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}

// afterwards is the context of a step of the clean-up, when that of the test has ended.
func (b *bench) afterwards(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), limit)
	t.Cleanup(cancel)
	return ctx
}

// The people of every order. Their data must show in no error.
const (
	firstName, firstSurname   = "Kunigunde", "Grünspan-Özdemir"
	firstEmail, firstPhone    = "kunigunde@example.org", "+4915112345678"
	secondName, secondSurname = "Théodore", "O'Mallory"
	secondEmail, secondPhone  = "theodore@example.org", "+33612345678"
)

// order returns an order for two signers that every vendor can take.
func (b *bench) order(t *testing.T) signature.Order {
	t.Helper()
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(t.Name()))
	return signature.Order{
		Correlation:   "cs-" + name[max(0, len(name)-40):],
		CallbackToken: "dG9rZW4tdGhhdC1ub2JvZHktZ3Vlc3Nlcw",
		Title:         "Frame agreement 2031",
		Text:          signature.MailText{Message: "Please sign by Friday."},
		Level:         signature.SES,
		Legislation:   signature.EIDAS,
		Language:      "de",
		ExpireTime:    time.Now().AddDate(0, 0, 14),
		FileName:      "frame agreement.pdf",
		Document:      Document("client", "company"),
		Fields: []signature.Field{
			{Role: "client", FormField: "client", Page: 1, X: 60, Y: 500, Width: 180, Height: 60},
			{Role: "company", FormField: "company", Page: 1, X: 300, Y: 500, Width: 180, Height: 60},
		},
		Signers: []signature.Signer{
			{Role: "client", FirstName: firstName, LastName: firstSurname, Email: firstEmail, Phone: firstPhone, Language: "de"},
			{Role: "company", FirstName: secondName, LastName: secondSurname, Email: secondEmail, Phone: secondPhone, Language: "fr"},
		},
	}
}

// send sends the order, which must succeed.
func (b *bench) send(t *testing.T, order signature.Order) signature.Envelope {
	t.Helper()
	envelope, err := b.Provider.Send(b.context(t), order, false)
	if err != nil {
		t.Fatalf("Send: %v", err)
	}
	return envelope
}

// read reads the envelope, which must succeed and show the state.
func (b *bench) read(t *testing.T, id string, want signature.EnvelopeState) signature.Envelope {
	t.Helper()
	envelope, err := b.Provider.Read(b.context(t), id)
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	if envelope.State != want {
		t.Fatalf("the envelope is %q, want %q", envelope.State, want)
	}
	return envelope
}

// onlyOne checks that the envelope is the only one of its order that has not ended: not even a draft is left over.
func (b *bench) onlyOne(t *testing.T, order signature.Order, id string) {
	t.Helper()
	if alive := b.Alive(t, order.Correlation); !slices.Equal(alive, []string{id}) {
		t.Fatalf("envelopes of the order: %v, want only %s", alive, id)
	}
}

// discreet checks that an error tells no secret and nobody's data.
func (b *bench) discreet(t *testing.T, err error) {
	t.Helper()
	private := append([]string{
		firstName, firstSurname, firstEmail, firstPhone, secondName, secondSurname, secondEmail, secondPhone,
		strings.TrimPrefix(firstPhone, "+"), "dG9rZW4tdGhhdC1ub2JvZHktZ3Vlc3Nlcw",
	}, b.Secrets...)
	text := strings.ToLower(fmt.Sprintf("%v %+v", err, err))
	for _, value := range private {
		if strings.Contains(text, strings.ToLower(value)) {
			t.Errorf("the error tells %q: %v", value, err)
		}
	}
}
