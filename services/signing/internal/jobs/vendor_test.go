package jobs_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// vendor is a signing vendor in memory. It makes an envelope whenever it is asked to send and does not look for one
// first, and fails as its faults say.
type vendor struct {
	signature.Unoffered
	// before is called with the name of each call before it has its effect; it may block.
	before func(ctx context.Context, call string)

	mu        sync.Mutex
	refusal   *signature.Refusal
	faults    map[string][]breakage
	calls     []string
	orders    []signature.Order
	looked    []signature.Order // what it was asked to find
	envelopes []signature.Envelope
	said      signature.Envelope // what the next reads say of state and signers
	withdrawn []string           // the reasons
	huge      bool               // its files never end
	erased    []string           // the envelopes
	offers    signature.Capabilities
	reminded  [][]string        // the ids, by call
	changed   []signature.Order // what it was asked to make a signer of
}

// breakage is how one call fails: before its effect, or after it.
type breakage struct {
	err   error
	after bool
}

func newVendor() *vendor {
	return &vendor{
		faults: map[string][]breakage{}, said: signature.Envelope{State: signature.EnvelopeOpen},
		offers: signature.Capabilities{Name: "fake", RemindOne: true, SignerUpdates: signature.UpdatesUntilSigned},
	}
}

// say sets what the vendor says from now on: the state of the envelope and of its signers, in their order.
func (v *vendor) say(state signature.EnvelopeState, signers ...signature.EnvelopeSigner) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.said = signature.Envelope{State: state, Signers: signers}
}

// fail makes the next calls of a name fail, one after another.
func (v *vendor) fail(call string, faults ...breakage) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.faults[call] = append(v.faults[call], faults...)
}

// call notes a call and has the effect, unless a fault comes first.
func (v *vendor) call(ctx context.Context, name string, effect func()) error {
	if v.before != nil {
		v.before(ctx, name)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.calls = append(v.calls, name)
	var f breakage
	if waiting := v.faults[name]; len(waiting) > 0 {
		f, v.faults[name] = waiting[0], waiting[1:]
	}
	if f.err == nil || f.after {
		effect()
	}
	return f.err
}

// made tells the calls so far and how many envelopes there are.
func (v *vendor) made() (calls []string, envelopes int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.calls), len(v.envelopes)
}

func (v *vendor) count(call string) int {
	calls, _ := v.made()
	return len(slices.DeleteFunc(calls, func(c string) bool { return c != call }))
}

func (v *vendor) Capabilities() signature.Capabilities {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.offers
}

func (v *vendor) Refusal(signature.Order) *signature.Refusal {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.refusal
}

func (v *vendor) Send(ctx context.Context, order signature.Order, resume bool) (sent signature.Envelope, err error) {
	name := "send"
	if resume {
		name = "resume"
	}
	err = v.call(ctx, name, func() {
		v.orders = append(v.orders, order)
		for _, e := range v.envelopes {
			if resume && e.Correlation == order.Correlation {
				sent = e
				return
			}
		}
		sent = signature.Envelope{ID: "env-" + order.Correlation, Correlation: order.Correlation, State: signature.EnvelopeOpen}
		v.envelopes = append(v.envelopes, sent)
	})
	return sent, err
}

// Find looks for an envelope and makes none.
func (v *vendor) Find(ctx context.Context, order signature.Order) (found signature.Envelope, err error) {
	missing := signature.ErrNoEnvelope
	err = v.call(ctx, "find", func() {
		v.looked = append(v.looked, order)
		for _, e := range v.envelopes {
			if e.Correlation == order.Correlation {
				found, missing = e, nil
			}
		}
	})
	return found, cmp.Or(err, missing)
}

func (v *vendor) Read(ctx context.Context, id string) (seen signature.Envelope, err error) {
	err = v.call(ctx, "read", func() { seen = v.said })
	seen.ID = id
	return seen, err
}

func (v *vendor) Withdraw(ctx context.Context, _, reason string) error {
	return v.call(ctx, "withdraw", func() { v.withdrawn = append(v.withdrawn, reason) })
}

func (v *vendor) Remind(ctx context.Context, _ string, signerIDs []string) error {
	return v.call(ctx, "remind", func() { v.reminded = append(v.reminded, signerIDs) })
}

// UpdateSigner gives the signer a new id each time.
func (v *vendor) UpdateSigner(ctx context.Context, order signature.Order, role string) (after signature.Envelope, err error) {
	err = v.call(ctx, "update", func() {
		v.changed = append(v.changed, order)
		after = signature.Envelope{ID: order.Envelope, State: signature.EnvelopeOpen}
		for _, s := range order.Signers {
			seen := signature.EnvelopeSigner{ID: s.ProviderID, Email: s.Email, State: signature.SignerInvited}
			if s.Role == role {
				seen.ID = fmt.Sprintf("v-%s-%d", role, len(v.changed))
			}
			after.Signers = append(after.Signers, seen)
		}
		v.said = after
	})
	return after, err
}

func (v *vendor) SignedDocument(ctx context.Context, _ string) (io.ReadCloser, error) {
	return v.file(ctx, "signed document")
}

func (v *vendor) AuditTrail(ctx context.Context, _ string) (io.ReadCloser, error) {
	return v.file(ctx, "audit trail")
}

func (v *vendor) SentDocument(ctx context.Context, _ string) (io.ReadCloser, error) {
	return v.file(ctx, "sent document")
}

func (v *vendor) Reactivate(ctx context.Context, id string, _ time.Time) (seen signature.Envelope, err error) {
	err = v.call(ctx, "reactivate", func() { seen = v.said })
	seen.ID = id
	return seen, err
}

func (v *vendor) Erase(ctx context.Context, id string) error {
	return v.call(ctx, "erase", func() { v.erased = append(v.erased, id) })
}

// file is larger than one chunk of an upload.
func (v *vendor) file(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := v.call(ctx, name, func() {}); err != nil {
		return nil, err
	}
	if v.huge {
		return io.NopCloser(endless{}), nil
	}
	return io.NopCloser(bytes.NewReader(bytes.Repeat([]byte(name), 50_000))), nil
}

// endless is a file without an end.
type endless struct{}

// Read fills p.
func (endless) Read(p []byte) (int, error) { return len(p), nil }
