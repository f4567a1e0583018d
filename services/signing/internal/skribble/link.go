package skribble

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/internal/baseurl"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// maxLink in bytes of a signing link without its parameters.
const maxLink = 2048

// errForeignLink is the cause when Skribble hands out a link that does not lead to Skribble. The link is not told.
var errForeignLink = errors.New("the signing link leads elsewhere")

// SigningLink returns the link of a signer without account whose turn it is, read afresh, with the order's redirects where
// the caller delivers it. An account holder has none: they sign in their account.
func (p *Provider) SigningLink(ctx context.Context, order signature.Order, signerID string) (signature.SigningLink, error) {
	now, err := p.readSurely(ctx, order.Envelope)
	if isGone(err) {
		return signature.SigningLink{}, signature.ErrNoLink
	}
	if err != nil {
		return signature.SigningLink{}, translate(err, private(order)...)
	}
	i := slices.IndexFunc(now.Signatures, func(s signed) bool { return s.SID == signerID && signerID != "" })
	if i < 0 || p.envelope(now).State != signature.EnvelopeOpen || now.Signatures[i].Status != "OPEN" ||
		now.Signatures[i].SigningURL == "" {
		return signature.SigningLink{}, signature.ErrNoLink
	}
	link, ok := p.ownLink(now.Signatures[i].SigningURL)
	if !ok {
		return signature.SigningLink{}, &signature.UnavailableError{Cause: errForeignLink}
	}
	if order.CallerDelivers {
		redirect(link, order.Redirects)
	}
	return signature.SigningLink{URL: link.String()}, nil
}

// redirect adds where the browser goes afterwards (Sign API v2, parameters of the signing URL).
func redirect(link *url.URL, to signature.Redirects) {
	query := link.Query()
	for name, target := range map[string]string{"exitURL": to.Success, "errorURL": to.Error, "declineURL": to.Decline} {
		if target != "" {
			query.Set(name, target)
		}
	}
	link.RawQuery = query.Encode()
}

// ownLink reads a link and tells whether it leads to the web application of this account's region: my.skribble.com beside
// api.skribble.com.
func (p *Provider) ownLink(raw string) (*url.URL, bool) {
	link, err := url.Parse(raw)
	api, apiErr := url.Parse(p.config.BaseURL)
	if err != nil || apiErr != nil || len(raw) > maxLink || link.User != nil || link.Path == "" {
		return nil, false
	}
	host, own := strings.ToLower(link.Hostname()), strings.ToLower(api.Hostname())
	known := host == own || host == "my."+strings.TrimPrefix(own, "api.") ||
		baseurl.IsLoopback(own) && baseurl.IsLoopback(host)
	return link, known && (link.Scheme == "https" || link.Scheme == api.Scheme && link.Scheme == "http")
}
