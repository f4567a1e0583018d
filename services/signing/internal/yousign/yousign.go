// Package yousign sends signature requests through one account at Yousign (API v3; the vendor is called Youtrust since
// July 2026). A request is built as a draft and activated last, so that nobody is invited to half a request; a lost step
// is found again by the external id and continued from what exists. The package also holds the pure half of Yousign's
// webhooks: Verify and Decode.
package yousign

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// The hosts of API v3's two environments and what holds where Config says nothing.
const (
	defaultTimezone = "Europe/Paris"
	defaultTimeout  = time.Minute
	liveHost        = "api.yousign.app"
	sandboxHost     = "api-sandbox.yousign.app"

	liveCallsPerMinute, liveCallsPerHour       = 60, 1200
	sandboxCallsPerMinute, sandboxCallsPerHour = 30, 200
)

// Config of one account.
type Config struct {
	// BaseURL with the version: https://api.yousign.app/v3, or https://api-sandbox.yousign.app/v3.
	BaseURL string
	// APIKey with full access; each environment has its own.
	APIKey string
	// Sandbox must be true exactly for the sandbox environment, whose signatures have no legal value.
	Sandbox bool
	// Timezone in which a request's last day ends, as a name of the tz database; Europe/Paris when empty.
	Timezone string
	// CallsPerMinute and CallsPerHour the key may make; the vendor's published limits of the environment when zero.
	CallsPerMinute, CallsPerHour int
	// Timeout of one call; a minute when zero, because an upload carries its document.
	Timeout time.Duration
	// HTTPClient whose transport is used; nil for one of our own.
	HTTPClient *http.Client
}

// Provider is one account at Yousign. It is safe for concurrent use. Yousign keeps no log of its webhooks that could be
// read: Deliveries is not offered.
type Provider struct {
	signature.Unoffered
	config Config
	http   *vendorhttp.Client
	zone   *time.Location
	done   vendorhttp.Memo[completion]
}

var _ signature.Provider = (*Provider)(nil)

// New returns the account's provider and calls nobody. It fails for a configuration that cannot work, or that would make
// worthless signatures where real ones are expected; the error joins all mistakes.
func New(config Config) (*Provider, error) {
	config.APIKey = strings.TrimSpace(config.APIKey)
	var mistakes []error
	if config.APIKey == "" {
		mistakes = append(mistakes, errors.New("yousign: the API key is required"))
	}
	if err := checkEnvironment(config); err != nil {
		mistakes = append(mistakes, err)
	}
	config = withDefaults(config)
	zone, err := time.LoadLocation(config.Timezone)
	if err != nil {
		mistakes = append(mistakes, fmt.Errorf("yousign: the time zone is unknown: %w", err))
	}
	client, err := vendorhttp.New(vendorhttp.Config{
		BaseURL: config.BaseURL, AllowPlain: config.Sandbox, HTTPClient: config.HTTPClient, Timeout: config.Timeout,
		Limits: []vendorhttp.Limit{
			{Requests: config.CallsPerMinute, Per: time.Minute},
			{Requests: config.CallsPerHour, Per: time.Hour},
		},
	})
	if err != nil {
		mistakes = append(mistakes, errors.New("yousign: "+err.Error()))
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return &Provider{config: config, http: client, zone: zone}, nil
}

// checkEnvironment refuses an account whose flag contradicts the vendor's own hosts.
func checkEnvironment(config Config) error {
	base, err := url.Parse(config.BaseURL)
	if err != nil {
		return errors.New("yousign: the base URL is not a URL")
	}
	switch host := base.Hostname(); {
	case host == sandboxHost && !config.Sandbox:
		return errors.New("yousign: the sandbox makes signatures without legal value: set sandbox, or use the live host")
	case host == liveHost && config.Sandbox:
		return errors.New("yousign: sandbox is set, but the host is the live one: its signatures would be binding")
	}
	return nil
}

func withDefaults(config Config) Config {
	perMinute, perHour := liveCallsPerMinute, liveCallsPerHour
	if config.Sandbox {
		perMinute, perHour = sandboxCallsPerMinute, sandboxCallsPerHour
	}
	if config.CallsPerMinute <= 0 {
		config.CallsPerMinute = perMinute
	}
	if config.CallsPerHour <= 0 {
		config.CallsPerHour = perHour
	}
	if config.Timeout <= 0 {
		config.Timeout = defaultTimeout
	}
	if config.Timezone == "" {
		config.Timezone = defaultTimezone
	}
	return config
}

// Check reads one request: it tells an operator whether the key can be used.
func (p *Provider) Check(ctx context.Context) error {
	var listed page[request]
	return translate(p.get(ctx, "/signature_requests", url.Values{"limit": {"1"}}, &listed))
}

func (p *Provider) get(ctx context.Context, path string, query url.Values, out any) error {
	return p.http.JSON(ctx, p.request(http.MethodGet, path, query), nil, out)
}

// post makes a call with an effect.
func (p *Provider) post(ctx context.Context, path string, in, out any) error {
	request := p.request(http.MethodPost, path, nil)
	request.Effect = true
	return p.http.JSON(ctx, request, in, out)
}

func (p *Provider) request(method, path string, query url.Values) vendorhttp.Request {
	return vendorhttp.Request{Method: method, Path: path, Query: query, Bearer: p.config.APIKey}
}
