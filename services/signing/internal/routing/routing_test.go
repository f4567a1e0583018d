package routing_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/routing"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// account refuses what it is told to.
type account struct {
	signature.Provider
	sandbox bool
	region  signature.Region
	refusal signature.RefusalReason
}

func (a account) Capabilities() signature.Capabilities {
	return signature.Capabilities{Name: "fake", Sandbox: a.sandbox, Region: a.region}
}

func (a account) Refusal(signature.Order) *signature.Refusal {
	if a.refusal == "" {
		return nil
	}
	return &signature.Refusal{Reason: a.refusal, Field: "level", Detail: "ada@example.org"}
}

// four are accounts of which all but test are live; qes refuses.
func four() map[string]signature.Provider {
	return map[string]signature.Provider{
		"ch": account{region: signature.RegionCH}, "eu": account{region: signature.RegionEU},
		"qes": account{region: signature.RegionEU, refusal: signature.ReasonLevelNotOffered}, "test": account{sandbox: true},
	}
}

var errIll = &signature.UnavailableError{Cause: errors.New("503")}

func TestTheBestAccountThatCanIsChosen(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		preferred string
		policy    signature.Routing
		down      string
		want      string
	}{
		"the first by name":        {"", signature.Routing{}, "", "ch"},
		"the preferred one":        {"eu", signature.Routing{}, "", "eu"},
		"not one that refuses":     {"qes eu", signature.Routing{}, "", "eu"},
		"never a sandbox":          {"test eu", signature.Routing{}, "", "eu"},
		"a sandbox when asked for": {"eu", signature.Routing{Sandbox: true}, "", "test"},
		"the caller's best":        {"ch", signature.Routing{Providers: []string{"qes", "eu", "ch"}}, "", "eu"},
		"in the region":            {"ch", signature.Routing{Region: signature.RegionEU}, "", "eu"},
		"not one that is down":     {"ch eu", signature.Routing{}, "ch", "eu"},
		"the best of all down":     {"eu ch", signature.Routing{}, "eu ch", "eu"},
	} {
		accounts := routing.New(four(), strings.Fields(c.preferred)...)
		for _, id := range strings.Fields(c.down) {
			for n := range 3 {
				accounts.Note(id, fmt.Sprint(n), errIll, now)
			}
		}
		if got, refusal := accounts.Choose(signature.Order{}, c.policy, now); got != c.want || refusal != nil {
			t.Errorf("%s: %q, %v, want %q", name, got, refusal, c.want)
		}
	}
}

func TestNobodyIsChosenAndItSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		policy signature.Routing
		want   signature.Refusal
	}{
		"refused": {signature.Routing{Providers: []string{"qes"}}, signature.Refusal{
			Reason: "NO_PROVIDER", Field: "routing", Detail: "no live provider can honour the request: qes: LEVEL_NOT_OFFERED (level)",
		}},
		"refused and elsewhere": {signature.Routing{Providers: []string{"qes", "ch"}, Region: signature.RegionEU}, signature.Refusal{
			Reason: "NO_PROVIDER", Field: "routing",
			Detail: "no live provider can honour the request: qes: LEVEL_NOT_OFFERED (level); ch: REGION_NOT_OFFERED (routing.region)",
		}},
		"elsewhere": {signature.Routing{Providers: []string{"ch"}, Region: signature.RegionEU}, signature.Refusal{
			Reason: "REGION_NOT_OFFERED", Field: "routing.region",
			Detail: "every live provider that can honour the request keeps its data outside EU",
		}},
		"only a sandbox": {signature.Routing{Providers: []string{"test"}}, signature.Refusal{
			Reason: "NO_PROVIDER", Field: "routing", Detail: "no live provider is configured among those to choose from",
		}},
		"only live ones": {signature.Routing{Providers: []string{"eu"}, Sandbox: true}, signature.Refusal{
			Reason: "NO_PROVIDER", Field: "routing", Detail: "no sandbox provider is configured among those to choose from",
		}},
		"a stranger": {signature.Routing{Providers: []string{"eu", "us"}}, signature.Refusal{
			Reason: "PROVIDER_UNKNOWN", Field: "routing.providers[1]",
			Detail: "no provider of that name is configured: ListProviders has them",
		}},
	} {
		id, refusal := routing.New(four()).Choose(signature.Order{}, c.policy, time.Now())
		if diff := cmp.Diff(&c.want, refusal); id != "" || diff != "" {
			t.Errorf("%s: %q (-want +got):\n%s", name, id, diff)
		}
	}
}

func TestWhoCouldAndWhoElse(t *testing.T) {
	accounts := routing.New(four(), "test", "eu", "nobody")
	for sandbox, want := range map[bool][]string{false: {"eu", "ch"}, true: {"test"}} {
		if diff := cmp.Diff(want, accounts.Able(signature.Order{}, sandbox)); diff != "" {
			t.Errorf("able, sandbox %t (-want +got):\n%s", sandbox, diff)
		}
	}
	if diff := cmp.Diff([]string{"ch", "eu", "qes", "test"}, accounts.IDs()); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if id, ok := accounts.Another(signature.Order{}, signature.Routing{}, "eu"); id != "ch" || !ok {
		t.Errorf("another than eu: %q", id)
	}
	accounts.Note("ch", "r", errIll, time.Now())
	if id, ok := accounts.Another(signature.Order{}, signature.Routing{}, "eu"); ok {
		t.Errorf("another than eu, after ch failed: %q", id)
	}
	late := routing.New(map[string]signature.Provider{"eu": account{refusal: signature.ReasonDocumentTooLarge}})
	if got := late.Refusal("eu", signature.Order{}); got != nil {
		t.Errorf("refused before there is a document: %v", got)
	}
	if got := late.Refusal("eu", signature.Order{Document: []byte("%PDF")}); got == nil {
		t.Error("not refused with the document")
	}
}

// TestAnAccountIsDownWhileItFails: three times in a row, for half a minute at a time, until it answers.
func TestAnAccountIsDownWhileItFails(t *testing.T) {
	start := time.Now()
	patience := &signature.UnavailableError{RetryAfter: time.Second, Cause: errors.New("429")}
	unknown := &signature.UnknownOutcomeError{Cause: errors.New("reset")}
	stopped := &signature.UnavailableError{Cause: context.Canceled}
	rejected := &signature.RejectedError{Reason: signature.ReasonProviderRejected}
	for name, c := range map[string]struct {
		answers []error
		down    bool
	}{
		"two failures":               {[]error{errIll, errIll}, false},
		"three failures":             {[]error{errIll, unknown, fmt.Errorf("read: %w", errIll)}, true},
		"an answer between":          {[]error{errIll, errIll, nil, errIll, errIll}, false},
		"a no between":               {[]error{errIll, errIll, rejected, errIll}, false},
		"no envelope between":        {[]error{errIll, errIll, signature.ErrNoEnvelope, errIll}, false},
		"patience is no illness":     {[]error{patience, patience, patience, patience}, false},
		"nor is it health":           {[]error{errIll, errIll, patience, errIll}, true},
		"stopping is no illness":     {[]error{stopped, stopped, stopped}, false},
		"what it lacks is no health": {[]error{errIll, errIll, signature.ErrNotOffered, errIll}, true},
	} {
		accounts := routing.New(four())
		for n, err := range c.answers {
			accounts.Note("eu", fmt.Sprint(n), err, start)
		}
		if got := accounts.Down("eu", start.Add(29*time.Second)); got != c.down || accounts.Down("ch", start) {
			t.Errorf("%s: down %t", name, got)
		}
		if accounts.Down("eu", start.Add(30*time.Second)) {
			t.Errorf("%s: not tried again", name)
		}
		if accounts.Note("eu", "r", nil, start.Add(31*time.Second)); accounts.Down("eu", start.Add(32*time.Second)) {
			t.Errorf("%s: down after an answer", name)
		}
	}
}

// TestOneFailureOfATrialIsEnough: an account that is tried again and fails is down for as long again.
func TestOneFailureOfATrialIsEnough(t *testing.T) {
	start, accounts := time.Now(), routing.New(four())
	for n := range 3 {
		accounts.Note("eu", fmt.Sprint(n), errIll, start)
	}
	accounts.Note("eu", "r", errIll, start.Add(30*time.Second))
	if !accounts.Down("eu", start.Add(59*time.Second)) || accounts.Down("eu", start.Add(60*time.Second)) {
		t.Error("not down from the second half minute to its end")
	}
}

// TestOneOddRequestTakesNoAccountDown, however often it fails; two take it down, and so does an account that is refused.
func TestOneOddRequestTakesNoAccountDown(t *testing.T) {
	now, accounts := time.Now(), routing.New(four())
	unknown := &signature.UnknownOutcomeError{Cause: errors.New("500")}
	for range 50 {
		accounts.Note("eu", "odd", unknown, now)
	}
	if accounts.Down("eu", now) {
		t.Error("down for one request")
	}
	if accounts.Note("eu", "other", unknown, now); !accounts.Down("eu", now) {
		t.Error("not down when two fail")
	}
	if accounts.Note("eu", "odd", unknown, now.Add(40*time.Second)); !accounts.Down("eu", now.Add(60*time.Second)) {
		t.Error("a trial that failed does not count")
	}
	for range 3 {
		accounts.Note("ch", "one", &signature.UnavailableError{RetryAfter: time.Hour, Account: true, Cause: errors.New("401")}, now)
	}
	if !accounts.Down("ch", now) {
		t.Error("an account whose key is refused gets new requests")
	}
}
