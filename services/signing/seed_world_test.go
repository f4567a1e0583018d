package signing_test

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/grpc/metadata"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/sim/courier"
)

func (s *seed) simulators() []*simulator { return []*simulator{s.skribble, s.yousign} }

// collect takes the callbacks that the vendors sent onto their way.
func (s *seed) collect() {
	for _, v := range s.simulators() {
		s.bag = append(s.bag, v.callbacks()...)
	}
}

// some returns one of the live envelopes with its vendor; false when there is none.
func (s *seed) some() (*simulator, envelope, bool) {
	type place struct {
		vendor   *simulator
		envelope envelope
	}
	var places []place
	for _, v := range s.simulators() {
		for _, e := range v.envelopes() {
			if e.fate() == "open" {
				places = append(places, place{v, e})
			}
		}
	}
	if len(places) == 0 {
		return nil, envelope{}, false
	}
	p := places[s.dice.IntN(len(places))]
	return p.vendor, p.envelope, true
}

// sign has the signer whose turn it is do something.
func (s *seed) sign() {
	v, e, ok := s.some()
	if !ok {
		return
	}
	s.tally.acts++
	verb := []string{"open", "sign", "sign", "sign", "decline"}[s.dice.IntN(5)]
	s.tell("a signer: %s: %v", verb, v.act(e.ID, verb))
	s.collect()
}

// meddle is what a vendor, or somebody on its site, does by itself.
func (s *seed) meddle() {
	v, e, ok := s.some()
	if !ok {
		return
	}
	s.tally.acts++
	what := []string{"withdraw", "remove", "expire", "expire", "bounce", "fail_identification", "error"}[s.dice.IntN(7)]
	done := false
	switch what {
	case "withdraw":
		done = v.withdraw(e.ID)
	case "remove":
		done = v.remove(e.ID)
	default:
		done = v.act(e.ID, what)
	}
	s.tell("%s itself: %s: %v", v.account, what, done)
	s.collect()
}

// hint has a callback arrive, perhaps not for the last time, in any order; or gets it lost.
func (s *seed) hint() {
	if len(s.bag) == 0 {
		return
	}
	i := s.dice.IntN(len(s.bag))
	d := s.bag[i]
	if !s.chance(25) || s.quiet {
		s.bag = append(s.bag[:i:i], s.bag[i+1:]...)
	}
	if s.chance(30) {
		s.tell("callback %s is lost", d.Event)
		return
	}
	s.tally.hints++
	s.tell("callback %s: %v", d.Event, s.deliver(d))
}

// deliver brings a callback to the service as the gateway does. What kind of callback Skribble means nobody can know who only
// has the address: it may be any.
func (s *seed) deliver(d courier.Delivery) error {
	u, err := url.Parse(d.URL)
	if err != nil {
		return err
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if parts[1] == "yousign" {
		ctx := metadata.NewIncomingContext(context.Background(),
			metadata.Pairs("x-yousign-signature-256", d.Header.Get("X-Yousign-Signature-256")))
		_, err = s.captured.hooks.ReceiveYousignEvent(ctx, &signingv1.ReceiveYousignEventRequest{
			Token: parts[2], Body: &httpbody.HttpBody{Data: d.Body},
		})
		return err
	}
	kind := []string{"success", "update", "error", parts[2]}[s.dice.IntN(4)]
	_, err = s.captured.hooks.ReceiveSkribbleCallback(context.Background(), &signingv1.ReceiveSkribbleCallbackRequest{
		Kind: kind, Token: parts[3], ProviderReference: parts[4],
	})
	return err
}

// requests are all that the service has, oldest first.
func (s *seed) requests() []*signingv1.SignatureRequest {
	s.t.Helper()
	listed, err := s.captured.provider.ListSignatureRequests(context.Background(), &signingv1.ListSignatureRequestsRequest{PageSize: 100})
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.SortedFunc(slices.Values(listed.GetSignatureRequests()), func(a, b *signingv1.SignatureRequest) int {
		return int(a.GetAttempt() - b.GetAttempt())
	})
}

// events are the whole log.
func (s *seed) events() []*signingv1.Event {
	s.t.Helper()
	var all []*signingv1.Event
	for {
		after := int64(0)
		if len(all) > 0 {
			after = all[len(all)-1].GetPosition()
		}
		listed, err := s.captured.provider.ListEvents(context.Background(), &signingv1.ListEventsRequest{PageSize: 100, After: after})
		if err != nil {
			s.t.Fatal(err)
		}
		if len(listed.GetEvents()) == 0 {
			return all
		}
		all = append(all, listed.GetEvents()...)
	}
}
