package providertest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// lostCalls strikes every call of a sending, one at a time, with every fault there is.
func lostCalls(t *testing.T, b *bench) { b.lose(t, b.order) }

// lostFull does the same to an order of everything that is offered.
func lostFull(t *testing.T, b *bench) { b.lose(t, b.full) }

// lostTemplate does the same to an order that is made from the vendor's own template.
func lostTemplate(t *testing.T, b *bench) {
	if !b.Provider.Capabilities().Templates {
		t.Skip("the provider has no templates; that it refuses them is another case")
	}
	id := b.Template(t, "client", "company")
	b.lose(t, func(t *testing.T) signature.Order {
		order := b.fromTemplate(t, id)
		order.Observers = b.full(t).Observers
		return order
	})
}

// lose is the table over each call of a sending and each failure. Whoever resumes, there is one envelope in the end, with
// all that was ordered, each part once.
func (b *bench) lose(t *testing.T, build func(*testing.T) signature.Order) {
	t.Helper()
	faults := []fault{
		lostRequest, lostAnswer, timesOut, errorBefore, errorAfter, badGateway, overloaded, tooMany, unavailable, garbled, cutOff,
		expiredToken,
	}
	// The first sending may log in; the second shows the calls of one.
	b.send(t, build(t))
	b.line.set(nil)
	again := build(t)
	again.Correlation += "-again"
	b.send(t, again)
	calls := b.line.made()
	for nth := range calls {
		for i, with := range faults {
			order := build(t)
			order.Correlation = fmt.Sprintf("lost-%d-%d", nth, i)
			b.line.on(nth+1, with)
			envelope, first := b.persist(t, order)
			b.line.set(nil)
			b.whole(t, order, envelope)
			if first == nil && with == lostAnswer && nth == len(calls)-1 {
				t.Errorf("the answer to the last call was lost, and nobody noticed")
			}
		}
	}
	t.Logf("%d calls of a sending, %d failures of each: %d cases", len(calls), len(faults), len(calls)*len(faults))
}

// whole checks that the envelope is the only one of its order, and is all of it.
func (b *bench) whole(t *testing.T, order signature.Order, envelope signature.Envelope) {
	t.Helper()
	b.onlyOne(t, order, envelope.ID)
	read := b.read(t, envelope.ID, signature.EnvelopeOpen)
	for _, seen := range []signature.Envelope{envelope, read} {
		if len(seen.Signers) != len(order.Signers) {
			t.Fatalf("%d signers, want %d", len(seen.Signers), len(order.Signers))
		}
	}
	view := b.Look(t, envelope.ID)
	if want := fileNames(order); !slices.Equal(slices.Sorted(slices.Values(view.Attachments)), want) {
		t.Fatalf("attachments %v, want %v", view.Attachments, want)
	}
	if len(view.Observers) != len(order.Observers) {
		t.Fatalf("observers %v, want %v", view.Observers, order.Observers)
	}
	for _, signer := range order.Signers {
		if invited := view.Mails[signer.Email]; !order.CallerDelivers && invited > 1 {
			t.Fatalf("a signer was mailed %d times", invited)
		}
	}
}

func fileNames(order signature.Order) []string {
	var names []string
	for _, attachment := range order.Attachments {
		names = append(names, attachment.FileName)
	}
	slices.Sort(names)
	return names
}

// everyAnswerLost loses the answer of each call once, so that each step is resumed.
func everyAnswerLost(t *testing.T, b *bench) {
	for i, order := range []signature.Order{b.order(t), b.full(t)} {
		order.Correlation += fmt.Sprint("-", i)
		seen := map[string]bool{}
		b.line.set(func(r *http.Request) fault {
			step := fmt.Sprintf("%s %d %s", r.Method, strings.Count(r.URL.Path, "/"), r.URL.Path[strings.LastIndex(r.URL.Path, "/"):])
			if seen[step] {
				return none
			}
			seen[step] = true
			return lostAnswer
		})
		envelope, _ := b.persist(t, order)
		b.line.set(nil)
		b.whole(t, order, envelope)
		b.Sign(t, envelope.ID)
		b.Sign(t, envelope.ID)
		b.read(t, envelope.ID, signature.EnvelopeSigned)
	}
}
