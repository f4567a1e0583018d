package skribble

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// linked is a Skribble with one request of three signers: a guest, one whose turn has not come, and an account holder.
func linked(status, link string) *scripted {
	return &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"id":"sr-1","status_overall":%q,"signing_url":"https://my.skribble.example/view/sr-1","signatures":[
 {"sid":"guest","status_code":"OPEN","signing_url":%q},
 {"sid":"later","status_code":"WAITING","signing_url":"https://my.skribble.example/view/sr-1/b"},
 {"sid":"holder","status_code":"OPEN","account_email":"holder@example.com"},
 {"sid":"signed","status_code":"SIGNED","signing_url":"https://my.skribble.example/view/sr-1/c"}]}`, status, link)
	}}
}

func linkOrder() signature.Order {
	order := anOrder()
	order.Envelope = "sr-1"
	return order
}

func TestSigningLink(t *testing.T) {
	const link = "https://my.skribble.example/view/sr-1/5e62"
	got, err := linked("OPEN", link).provider(t).SigningLink(t.Context(), linkOrder(), "guest")
	if want := (signature.SigningLink{URL: link}); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	for _, c := range []struct{ status, signer string }{
		{"OPEN", "later"}, {"OPEN", "holder"}, {"OPEN", "signed"}, {"OPEN", "nobody"}, {"OPEN", ""}, {"SIGNED", "guest"},
		{"WITHDRAWN", "guest"}, {"NEW", "guest"},
	} {
		got, err := linked(c.status, link).provider(t).SigningLink(t.Context(), linkOrder(), c.signer)
		if !errors.Is(err, signature.ErrNoLink) || got.URL != "" {
			t.Errorf("%s in a request that is %s: %+v, %v", c.signer, c.status, got, err)
		}
	}
	gone := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		refuseWith(w, http.StatusNotFound, "entity-not-found", "", "SignatureRequest not found")
	}}
	if _, err := gone.provider(t).SigningLink(t.Context(), linkOrder(), "guest"); !errors.Is(err, signature.ErrNoLink) {
		t.Errorf("of a request that is gone: %v", err)
	}
}

// Redirects are parameters of the link, and only where the caller hands it out.
func TestSigningLinkWithRedirects(t *testing.T) {
	order := linkOrder()
	order.Redirects = signature.Redirects{
		Success: "https://shop.example/done?a=1&b=ü", Decline: "https://shop.example/no", Error: "https://shop.example/oh#x",
	}
	order.CallerDelivers = true
	got, err := linked("OPEN", "https://my.skribble.example/view/sr-1/5e62?lang=de").provider(t).SigningLink(t.Context(), order, "guest")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := url.Parse(got.URL)
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"lang": {"de"}, "exitURL": {order.Redirects.Success}, "declineURL": {order.Redirects.Decline}, "errorURL": {order.Redirects.Error},
	}
	if diff := cmp.Diff(want, parsed.Query()); diff != "" || strings.Contains(parsed.RawQuery, "ü") || parsed.Fragment != "" {
		t.Errorf("%s (-want +got):\n%s", parsed.RawQuery, diff)
	}
	order.CallerDelivers = false
	if got, err := linked("OPEN", "https://my.skribble.example/v/5e62").provider(t).SigningLink(t.Context(), order, "guest"); err != nil || strings.Contains(got.URL, "?") {
		t.Errorf("without the caller: %s, %v", got.URL, err)
	}
}

// A link is opened in a signer's browser: one that leads elsewhere is not handed out, and not told either.
func TestForeignLinks(t *testing.T) {
	for _, link := range []string{
		"https://evil.example/view/5e62", "https://my.skribble.example.evil.example/view/5e62", "http://my.skribble.example/view/5e62",
		"https://my.skribble.example@evil.example/5e62", "https://a:5e62@my.skribble.example/view", "javascript:alert(5e62)",
		"//my.skribble.example/view/5e62", "/view/5e62", "https://my.skribble.example", "https://localhost/view/5e62", "%zz5e62",
		"https://my.skribble.example/5e62" + strings.Repeat("a", maxLink), "https://my.skribble.example/5e62\x00",
	} {
		got, err := linked("OPEN", link).provider(t).SigningLink(t.Context(), linkOrder(), "guest")
		var unavailable *signature.UnavailableError
		if !errors.As(err, &unavailable) || got.URL != "" || strings.Contains(err.Error(), "5e62") {
			t.Errorf("%.60q: %+v, %v", link, got, err)
		}
	}
	for base, link := range map[string]string{
		"https://api.skribble.de/v2":   "https://my.skribble.de/view/a",
		"https://api.skribble.com/v2":  "https://my.skribble.com/view/a",
		"http://127.0.0.1:8081/v2":     "http://localhost:8081/view/a",
		"https://skribble.test:844/v2": "https://skribble.test:844/view/a",
	} {
		provider := &Provider{config: Config{BaseURL: base}}
		if _, ok := provider.ownLink(link); !ok {
			t.Errorf("%s is foreign to %s", link, base)
		}
		if _, ok := provider.ownLink("https://my.skribble.fr/view/a"); ok {
			t.Errorf("a link to another region belongs to %s", base)
		}
	}
}

func FuzzOwnLink(f *testing.F) {
	for _, seed := range []string{"https://my.skribble.example/view/a", "https://my.skribble.example:443@x/a", "HTTPS://MY.SKRIBBLE.EXAMPLE/a?b#c"} {
		f.Add(seed)
	}
	provider := &Provider{config: Config{BaseURL: "https://api.skribble.example/v2"}}
	f.Fuzz(func(t *testing.T, raw string) {
		link, ok := provider.ownLink(raw)
		if !ok {
			return
		}
		redirect(link, signature.Redirects{Success: "https://shop.example/done"})
		again, err := url.Parse(link.String())
		if err != nil || again.Scheme != "https" || again.User != nil ||
			!strings.EqualFold(again.Hostname(), "my.skribble.example") && !strings.EqualFold(again.Hostname(), "api.skribble.example") {
			t.Errorf("%q became %q, %v", raw, link, err)
		}
	})
}
