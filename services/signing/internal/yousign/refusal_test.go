package yousign

import (
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func TestNamesAreNeverAltered(t *testing.T) {
	for _, name := range []string{"Max", "Grünspan-Özdemir", "O'Mallory", "Jean (Jr)", "Ștefan", "Żółć", "Ĳ`", "Anna 2"} {
		if fault := nameFault(name); fault != "" {
			t.Errorf("%s %s", name, fault)
		}
	}
	for name, holds := range map[string]string{
		"Dr. Max": "U+002E", "Max, Moritz": "U+002C", "O’Mallory": "U+2019", "Mu\u0308ller": "U+0308", "Ærø×": "U+00D7",
		"Þór": "U+00DE", "Иван": "U+0418", "Max & Co": "U+0026", "a/b": "U+002F", "😀": "U+1F600",
		" Max": "spaces", "Max\u00a0": "spaces", "": "1 to 255", "\xff": "valid text",
	} {
		if fault := nameFault(name); !strings.Contains(fault, holds) {
			t.Errorf("%q: %q, want it to say %s", name, fault, holds)
		}
	}
	if nameFault(strings.Repeat("ä", 255)) != "" || nameFault(strings.Repeat("ä", 256)) == "" {
		t.Error("the length of a name is not counted in characters")
	}
}

func TestFieldsMustFit(t *testing.T) {
	base := anOrder().Fields[0]
	cases := []struct {
		spoil func(*signature.Field)
		ok    bool
	}{
		{func(f *signature.Field) {}, true},
		{func(f *signature.Field) { f.Width, f.Height = 84.6, 36.5 }, true},
		{func(f *signature.Field) { f.Width = 84.4 }, false},
		{func(f *signature.Field) { f.Height = 36.4 }, false},
		{func(f *signature.Field) { f.Width = 2001 }, false},
		{func(f *signature.Field) { f.Page = 0 }, false},
		{func(f *signature.Field) { f.X = -1 }, false},
		{func(f *signature.Field) { f.Y = 40000 }, false},
		{func(f *signature.Field) { f.X = math.NaN() }, false},
		{func(f *signature.Field) { f.Height = math.Inf(1) }, false},
	}
	for i, c := range cases {
		order := anOrder()
		box := base
		c.spoil(&box)
		order.Fields = []signature.Field{box}
		refusal := script(t, nil).provider().Refusal(order)
		if (refusal == nil) != c.ok || refusal != nil && refusal.Reason != signature.ReasonSignatureFieldMissing {
			t.Errorf("case %d %+v: %v", i, box, refusal)
		}
	}
	order := anOrder()
	order.Fields = nil
	if refusal := script(t, nil).provider().Refusal(order); refusal == nil || refusal.Field != "signers[0].role" {
		t.Errorf("a signer without a field: %v", refusal)
	}
	order.Level, order.Fields = signature.QES, []signature.Field{base, base}
	if refusal := script(t, nil).provider().Refusal(order); refusal == nil {
		t.Error("two fields of a qualified signature are accepted")
	}
}

func TestTextsThatYousignWouldRefuse(t *testing.T) {
	cases := []struct {
		spoil func(*signature.Order)
		want  signature.RefusalReason
	}{
		{func(o *signature.Order) { o.Title = "Vertrag Müller & Söhne, Nr. 7" }, ""},
		{func(o *signature.Order) { o.Title = "see <b>this</b>" }, signature.ReasonTitleInvalid},
		{func(o *signature.Order) { o.Title = "see https://x.example" }, signature.ReasonTitleInvalid},
		{func(o *signature.Order) { o.Title = "see WWW.x.example" }, signature.ReasonTitleInvalid},
		{func(o *signature.Order) { o.Title = "ask max@example.org" }, signature.ReasonTitleInvalid},
		{func(o *signature.Order) { o.Title = strings.Repeat("ä", 128) }, ""},
		{func(o *signature.Order) { o.Title = strings.Repeat("ä", 129) }, signature.ReasonTitleInvalid},
		{func(o *signature.Order) { o.Text.Message = "ask max@example.org" }, ""},
		{func(o *signature.Order) { o.Text.Message = "see http://x" }, signature.ReasonMessageInvalid},
		{func(o *signature.Order) { o.Text.Message = strings.Repeat("x", 2001) }, signature.ReasonMessageInvalid},
		{func(o *signature.Order) { o.Correlation = "deal:7" }, signature.ReasonProviderRejected},
		{func(o *signature.Order) { o.Signers[0].Phone = "+8613012345678" }, signature.ReasonSignerPhoneRequired},
		{func(o *signature.Order) { o.Signers[0].Email = strings.Repeat("x", 90) + "@example.org" }, signature.ReasonSignerEmailInvalid},
	}
	for i, c := range cases {
		order := anOrder()
		c.spoil(&order)
		refusal := script(t, nil).provider().Refusal(order)
		if got := reasonOf(refusal); got != c.want {
			t.Errorf("case %d: %v, want %s", i, refusal, c.want)
		}
	}
}

func reasonOf(refusal *signature.Refusal) signature.RefusalReason {
	if refusal == nil {
		return ""
	}
	return refusal.Reason
}

func TestSignersAreAskedInTurnAtOnceOrInGroups(t *testing.T) {
	for _, c := range []struct {
		places    []int
		want, qes signature.RefusalReason
	}{
		{[]int{0, 0, 0}, "", ""},
		{[]int{1, 2, 3}, "", ""},
		{[]int{3, 1, 2}, "", ""},
		{[]int{2, 2, 2}, "", signature.ReasonOrderNotOffered},
		{[]int{5}, "", ""},
		{[]int{1, 1, 2}, "", signature.ReasonOrderNotOffered},
		{[]int{0, 1, 2}, signature.ReasonOrderNotOffered, signature.ReasonOrderNotOffered},
	} {
		order := withSigners(c.places...)
		if got := reasonOf(script(t, nil).provider().Refusal(order)); got != c.want {
			t.Errorf("%v: %q, want %q", c.places, got, c.want)
		}
		order.Level = signature.QES
		order.Fields = nil // each has the same one; what is wrong with them is told after the order
		if got := reasonOf(script(t, nil).provider().Refusal(order)); got != c.qes && (c.qes != "" || got != signature.ReasonSignatureFieldMissing) {
			t.Errorf("QES %v: %q, want %q", c.places, got, c.qes)
		}
	}
}

// withSigners is an order for as many signers, a@ first, in these groups.
func withSigners(places ...int) signature.Order {
	order := anOrder()
	person := order.Signers[0]
	order.Signers = nil
	for i, place := range places {
		person.Order, person.Email = place, string(rune('a'+i))+"@example.org"
		order.Signers = append(order.Signers, person)
	}
	return order
}

func TestExpiryIsWithinAYear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		provider := script(t, nil).provider()
		for _, c := range []struct {
			in time.Duration
			ok bool
		}{{-48 * time.Hour, false}, {0, true}, {14 * 24 * time.Hour, true}, {364 * 24 * time.Hour, true}, {367 * 24 * time.Hour, false}} {
			order := anOrder()
			order.ExpireTime = time.Now().Add(c.in)
			if got := reasonOf(provider.Refusal(order)); (got == "") != c.ok || got != "" && got != signature.ReasonExpiryInvalid {
				t.Errorf("in %s: %q", c.in, got)
			}
		}
	})
}
