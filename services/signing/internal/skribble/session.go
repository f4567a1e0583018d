package skribble

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// Tokens live about 20 minutes and cannot be refreshed (Sign API v2, authentication).
const (
	tokenAge       = 15 * time.Minute // after which a token is replaced, however long it claims to live
	tokenMargin    = 2 * time.Minute  // before its end in which a token is not used any more
	maxTokenBytes  = 8 << 10
	refusedLogin   = time.Minute // in which refused credentials are not tried again: logins are rate limited
	loginPath      = "/access/login"
	loginAnswerAny = "text/plain, application/json"
)

// errNoToken is the cause when a login succeeds without a token.
var errNoToken = errors.New("the login was answered without a token")

// session holds the account's token. Its gate lets one caller at a time see or renew it, so that a burst of calls costs
// one login.
type session struct {
	http          *vendorhttp.Client
	username, key string

	gate         chan struct{}
	current      token
	refusedUntil time.Time
}

// token is a bearer secret and the moment from which it is not used any more.
type token struct {
	secret string
	until  time.Time
	// fresh is true for the caller who logged in for it.
	fresh bool
}

func newSession(client *vendorhttp.Client, username, key string) *session {
	return &session{http: client, username: username, key: key, gate: make(chan struct{}, 1)}
}

// token returns a token that can be used now, logging in when there is none.
func (s *session) token(ctx context.Context) (token, error) {
	if err := s.enter(ctx); err != nil {
		return token{}, err
	}
	defer s.leave()
	now := time.Now()
	if s.current.secret != "" && now.Before(s.current.until) {
		return s.current, nil
	}
	if now.Before(s.refusedUntil) {
		return token{}, vendorhttp.Misconfigured()
	}
	made, err := s.login(ctx, now)
	if errors.Is(err, vendorhttp.ErrCredentials) {
		s.refusedUntil = now.Add(refusedLogin)
	}
	if err != nil {
		return token{}, err
	}
	s.current = made
	made.fresh = true
	return made, nil
}

// drop forgets the token that Skribble refused, unless it was replaced already.
func (s *session) drop(ctx context.Context, refused token) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	if s.current.secret == refused.secret {
		s.current = token{}
	}
	return nil
}

func (s *session) enter(ctx context.Context) error {
	select {
	case s.gate <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &signature.UnavailableError{Cause: ctx.Err()}
	}
}

func (s *session) leave() { <-s.gate }

func (s *session) login(ctx context.Context, now time.Time) (token, error) {
	body, err := json.Marshal(map[string]string{"username": s.username, "api-key": s.key})
	if err != nil {
		return token{}, errors.New("encode the login")
	}
	answer, err := s.http.Do(ctx, vendorhttp.Request{
		Method: http.MethodPost, Path: loginPath, Accept: loginAnswerAny, Body: body, ContentType: "application/json",
	})
	var refused *vendorhttp.StatusError
	if errors.As(err, &refused) {
		// Bad credentials have been seen as 400, 401 and 403.
		return token{}, vendorhttp.Misconfigured()
	}
	if err != nil {
		return token{}, err
	}
	secret := tokenIn(answer.Body)
	if secret == "" {
		return token{}, &signature.UnavailableError{Cause: errNoToken}
	}
	return token{secret: secret, until: now.Add(usableFor(secret))}, nil
}

// tokenIn returns the token in a login's answer: bare text, quoted text, or a JSON object, as older and newer answers
// have it. It is empty when there is none.
func tokenIn(body []byte) string {
	if len(body) > maxTokenBytes {
		return ""
	}
	text := strings.TrimSpace(string(body))
	var object map[string]any
	if json.Unmarshal(body, &object) == nil {
		text = ""
		for _, name := range []string{"access_token", "token", "jwt"} {
			if value, ok := object[name].(string); ok && text == "" {
				text = value
			}
		}
	}
	text = strings.TrimSpace(strings.Trim(text, `"'`))
	if len(strings.Split(text, ".")) != 3 || strings.ContainsFunc(text, notInToken) {
		return ""
	}
	return text
}

func notInToken(r rune) bool {
	return r != '.' && r != '-' && r != '_' && r != '=' &&
		(r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// usableFor tells how long a token can be used, by the claims of its maker's clock and not by ours.
func usableFor(secret string) time.Duration {
	var claims struct {
		Issued  float64 `json:"iat"`
		Expires float64 `json:"exp"`
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.Split(secret, ".")[1], "="))
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims.Issued <= 0 || claims.Expires <= claims.Issued {
		return tokenAge
	}
	seconds := min(claims.Expires-claims.Issued, (tokenAge + tokenMargin).Seconds())
	lifetime := time.Duration(seconds * float64(time.Second))
	if lifetime <= 2*tokenMargin {
		return lifetime / 2
	}
	return lifetime - tokenMargin
}
