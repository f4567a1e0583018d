package kommo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/countersign/countersign/services/internal/baseurl"
)

// The defaults of a client. Kommo allows 7 calls a second per source address; one after the
// other, 5 a second stay below that.
const (
	DefaultRatePerSecond = 5
	defaultBurst         = 1
	defaultTimeout       = 30 * time.Second
)

// Config is what a client needs.
type Config struct {
	// BaseURL is the account's own address without a path, such as https://acme.kommo.com. Plain http is for a loopback
	// address only.
	BaseURL string
	// Token returns the bearer token; it is asked before each call.
	Token func(context.Context) (string, error)
	// HTTPClient is copied, follows no redirects and gets a timeout of 30 seconds when it has none; it may be nil.
	HTTPClient *http.Client
	// RatePerSecond bounds the calls of this client; 0 is DefaultRatePerSecond.
	RatePerSecond float64
	// Limiter replaces RatePerSecond where several clients share one source address.
	Limiter Limiter
	// DriveHosts are the suffixes of hosts that files, and with them the token, may go to; empty is Kommo's and amoCRM's own.
	DriveHosts []string
	// Service is the sender's name on notes; empty is "Countersign".
	Service string
}

// Limiter lets one call through, or returns an error when ctx ends first.
type Limiter interface {
	Wait(ctx context.Context) error
}

// StaticToken is a Token that never changes, such as a long-lived one.
func StaticToken(token string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return token, nil }
}

// Client calls one account. It is safe for concurrent use.
type Client struct {
	base       *url.URL
	token      func(context.Context) (string, error)
	http       *http.Client
	limiter    Limiter
	driveHosts []string
	service    string

	mu sync.Mutex
	// pausedUntil is when the answer to the last 429 lets us call again.
	pausedUntil time.Time
}

// New checks the configuration and returns a client; it calls nobody.
func New(c Config) (*Client, error) {
	base, err := baseurl.Parse(c.BaseURL, false)
	switch {
	case err != nil:
		return nil, fmt.Errorf("kommo: the base URL %w", err)
	case strings.Trim(base.Path, "/") != "":
		return nil, errors.New("kommo: the base URL must be a scheme and a host only")
	case c.Token == nil:
		return nil, fmt.Errorf("kommo: no token")
	case c.RatePerSecond < 0:
		return nil, fmt.Errorf("kommo: the rate must not be negative")
	}
	client := &Client{
		base: &url.URL{Scheme: base.Scheme, Host: base.Host}, token: c.Token, http: httpClient(c.HTTPClient),
		limiter: c.Limiter, driveHosts: c.DriveHosts, service: c.Service,
	}
	if client.limiter == nil {
		perSecond := c.RatePerSecond
		if perSecond == 0 {
			perSecond = DefaultRatePerSecond
		}
		client.limiter = rate.NewLimiter(rate.Limit(perSecond), defaultBurst)
	}
	if len(client.driveHosts) == 0 {
		client.driveHosts = []string{"kommo.com", "amocrm.com", "amocrm.ru"}
	}
	if client.service == "" {
		client.service = "Countersign"
	}
	return client, nil
}

func httpClient(given *http.Client) *http.Client {
	var own http.Client
	if given != nil {
		own = *given
	}
	if own.Timeout == 0 {
		own.Timeout = defaultTimeout
	}
	// A redirect would take the token elsewhere, and turn a POST into a GET.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// driveURL checks an address that Kommo gave us for files. The token goes there, so it must be https and on an allowed
// host, or on the loopback address when the account itself is there.
func (c *Client) driveURL(call, raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err == nil && u.User == nil && (u.Scheme == "https" && c.allowedHost(u.Hostname()) || c.bothLocal(u)) {
		return u, nil
	}
	return nil, &Error{Kind: Forbidden, Call: call, problem: "the file host is not allowed"}
}

func (c *Client) allowedHost(host string) bool {
	host = strings.ToLower(host)
	for _, suffix := range c.driveHosts {
		suffix = strings.ToLower(strings.TrimPrefix(suffix, "."))
		if suffix != "" && (host == suffix || strings.HasSuffix(host, "."+suffix)) {
			return true
		}
	}
	return false
}

func (c *Client) bothLocal(u *url.URL) bool {
	return (u.Scheme == "https" || u.Scheme == "http") && baseurl.IsLoopback(u.Hostname()) && baseurl.IsLoopback(c.base.Hostname())
}
