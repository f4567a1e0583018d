// Package skribble sends signature requests through one account at Skribble (Sign API v2). Skribble gives a short-lived
// token for a user name and a key, knows no idempotency key and no webhooks, only callbacks that prove nothing; so the
// package caches the token, makes a request findable by its correlation id, and takes every state from a fresh read.
// Signers are asked without a Skribble account, in Skribble's words as "no-account signers": a stored profile could
// otherwise replace the name on the contract. Only signers of the sending company itself may use an account of theirs.
package skribble

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// Facts of Sign API v2 and the defaults built on them.
const (
	demoUserPrefix        = "api_demo"
	maxDocumentBytes      = 40_000_000 // the older of two published limits; the newer is 112.5 MB
	maxSigners            = 50         // ours: Skribble publishes none, and neither for the next three
	maxAttachments        = 10
	maxObservers          = 20
	maxExpiryDays         = 365 // ours: the service withdraws, and retention may end a request before
	defaultLookupGrace    = 15 * time.Second
	defaultCallsPerMinute = 120 // ours: Skribble has limits but publishes no numbers
	defaultTimeout        = time.Minute
)

// Config of one account.
type Config struct {
	// BaseURL with the version: https://api.skribble.com/v2 (Switzerland and the rest of the world) or
	// https://api.skribble.de/v2 (Germany and the EU). Accounts live in one region only.
	BaseURL string
	// Username of the API user. One that begins with "api_demo" makes signatures of no legal value.
	Username string
	// APIKey of the API user.
	APIKey string
	// CallbackBase is the gateway's public URL; Skribble calls {CallbackBase}/webhooks/skribble/... when a request
	// changes. Without it no callbacks are asked for, and changes are noticed by reading alone.
	CallbackBase string
	// Region the account's data is kept in, which is that of BaseURL.
	Region signature.Region
	// Sandbox must be true exactly when Username is a demo user.
	Sandbox bool
	// LookupGrace is how long a lost request may take to become findable before it is sent again; 15 seconds when zero.
	LookupGrace time.Duration
	// CallsPerMinute the account may make; 120 when zero.
	CallsPerMinute int
	// Timeout of one call; a minute when zero, because creating a request carries its document.
	Timeout time.Duration
	// HTTPClient whose transport is used; nil for one of our own.
	HTTPClient *http.Client
}

// Provider is one account at Skribble. It is safe for concurrent use.
type Provider struct {
	signature.Unoffered
	config  Config
	http    *vendorhttp.Client
	session *session
	// signed are the ids of signed documents.
	signed vendorhttp.Memo[string]
}

var _ signature.Provider = (*Provider)(nil)

// New returns the account's provider and calls nobody. It fails for a configuration that cannot work, or that would make
// worthless signatures where real ones are expected; the error joins all mistakes.
func New(config Config) (*Provider, error) {
	config.Username, config.APIKey = strings.TrimSpace(config.Username), strings.TrimSpace(config.APIKey)
	var mistakes []error
	if config.Username == "" || config.APIKey == "" {
		mistakes = append(mistakes, errors.New("skribble: the user name and the API key are both required"))
	}
	if demo := strings.HasPrefix(config.Username, demoUserPrefix); demo && !config.Sandbox {
		mistakes = append(mistakes, errors.New("skribble: a demo user's signatures have no legal value: set sandbox, or use another user"))
	} else if !demo && config.Sandbox && config.Username != "" {
		mistakes = append(mistakes,
			errors.New("skribble: sandbox is set, but the user is not a demo user: its signatures would be binding"))
	}
	if config.LookupGrace <= 0 {
		config.LookupGrace = defaultLookupGrace
	}
	if config.CallsPerMinute <= 0 {
		config.CallsPerMinute = defaultCallsPerMinute
	}
	if config.Timeout <= 0 {
		config.Timeout = defaultTimeout
	}
	config.CallbackBase = strings.TrimRight(config.CallbackBase, "/")
	client, err := vendorhttp.New(vendorhttp.Config{
		BaseURL: config.BaseURL, AllowPlain: config.Sandbox, HTTPClient: config.HTTPClient, Timeout: config.Timeout,
		Limits: []vendorhttp.Limit{{Requests: config.CallsPerMinute, Per: time.Minute}},
	})
	if err != nil {
		mistakes = append(mistakes, errors.New("skribble: "+err.Error()))
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return &Provider{config: config, http: client, session: newSession(client, config.Username, config.APIKey)}, nil
}

// Check logs in: it tells an operator whether the account can be used.
func (p *Provider) Check(ctx context.Context) error {
	_, err := p.session.token(ctx)
	return err
}

// Capabilities tells what Skribble can honour. Skribble itself picks the authentication that the level demands: a code
// by e-mail for SES, by SMS for the others. It has no date on which a request ends that every account may use, no subject,
// no look and no templates; a message is for all, a reminder too, and redirects are parameters of a link. Files of AES and QES carry certificates of
// the signers, those of SES Skribble's seal.
func (p *Provider) Capabilities() signature.Capabilities {
	both := []signature.Legislation{signature.EIDAS, signature.ZERTES}
	email := []signature.Authentication{signature.AuthenticationEmail}
	sms := []signature.Authentication{signature.AuthenticationSMS}
	return signature.Capabilities{
		Name:    "skribble",
		Sandbox: p.config.Sandbox,
		Offers: []signature.Offer{
			{Level: signature.SES, Legislations: both, Authentications: email, Verdict: signature.AttestedByProvider},
			{Level: signature.AES, Legislations: both, Authentications: sms, Verdict: signature.Proven},
			{Level: signature.QES, Legislations: both, Authentications: sms, Verdict: signature.Proven},
		},
		Languages:        []string{"de", "en", "fr", "it"},
		OrderedSigners:   true,
		SignerGroups:     true,
		MaxSigners:       maxSigners,
		MaxDocumentBytes: maxDocumentBytes,
		Region:           p.config.Region,
		MaxExpiryDays:    maxExpiryDays,
		ReminderPause:    reminderPause,
		SignerUpdates:    signature.UpdatesUntilFirstSignature,
		SigningLinks:     true,
		Redirecting:      signature.RedirectsCallerDelivery,
		MaxAttachments:   maxAttachments,
		MaxObservers:     maxObservers,
		DeliveryLog:      true,
		MaxTitle:         maxTitle,
		MaxMessage:       maxMessage,
	}
}
