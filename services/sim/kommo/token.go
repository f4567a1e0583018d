package kommo

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The lifetimes of OAuth's codes and tokens.
const (
	codeLife    = 20 * time.Minute
	accessLife  = 24 * time.Hour
	refreshLife = 90 * 24 * time.Hour // of non-use
)

// tokens are what opens the account.
type tokens struct {
	longLived string // empty once revoked
	codes     map[string]time.Time
	pairs     []*pair
}

// pair is an access and a refresh token. The pair before it stays refreshable until this one is first used.
type pair struct {
	access, refresh string
	issued          time.Time
	expired         bool // by order of the control API
	revoked         bool // its refresh token
	before          *pair
}

func newTokens(cfg Config) *tokens {
	return &tokens{longLived: cfg.Token, codes: map[string]time.Time{}}
}

// authorize checks the bearer token and says who acts. Only the token endpoint is open. Whether the real drive's
// download links are open is unknown; here they need the token like everything else.
func (s *Simulator) authorize(r *http.Request) (actor int, err error) {
	if r.URL.Path == tokenPath {
		return 0, nil
	}
	given, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	if !bearer || given == "" || !s.tokens.open(given, s.cfg.Clock.Now()) {
		return 0, unauthorized()
	}
	actor = s.world.Users[0].ID
	if id := r.Header.Get("X-Context-User-ID"); id != "" {
		for _, u := range s.world.Users {
			if fmt.Sprint(u.ID) == id {
				return u.ID, nil
			}
		}
		return 0, refuse(http.StatusForbidden, "Forbidden")
	}
	return actor, nil
}

// open reports whether the access token is good now.
func (t *tokens) open(access string, now time.Time) bool {
	if t.longLived != "" && subtle.ConstantTimeCompare([]byte(access), []byte(t.longLived)) == 1 {
		return true
	}
	for _, p := range t.pairs {
		if p.access == access {
			p.use()
			return !p.expired && now.Before(p.issued.Add(accessLife))
		}
	}
	return false
}

// use revokes the refresh tokens this pair replaced.
func (p *pair) use() {
	for old := p.before; old != nil; old = old.before {
		old.revoked = true
	}
	p.before = nil
}

const tokenPath = "/oauth2/access_token"

// issueToken is POST /oauth2/access_token.
func (s *Simulator) issueToken(c *call) (reply, error) {
	i, err := c.one()
	if err != nil {
		return reply{}, err
	}
	id, _ := i.text("client_id")
	secret, _ := i.text("client_secret")
	grant, _ := i.text("grant_type")
	redirect, _ := i.text("redirect_uri")
	if id != s.cfg.ClientID || secret != s.cfg.ClientSecret || redirect == "" {
		return reply{}, oauthProblem(http.StatusBadRequest, "Check the client_id, client_secret and redirect_uri")
	}
	var before *pair
	now := s.cfg.Clock.Now()
	switch grant {
	case "authorization_code":
		code, _ := i.text("code")
		until, known := s.tokens.codes[code]
		delete(s.tokens.codes, code)
		if !known || now.After(until) {
			return reply{}, oauthProblem(http.StatusBadRequest, "Authorization code has been revoked or has expired")
		}
	case "refresh_token":
		refresh, _ := i.text("refresh_token")
		if before = s.tokens.refreshable(refresh, now); before == nil {
			return reply{}, oauthProblem(http.StatusUnauthorized, "Token has been revoked")
		}
	default:
		return reply{}, oauthProblem(http.StatusBadRequest, "The grant type is not supported")
	}
	next := &pair{access: s.accessToken(now), refresh: rand.Text() + rand.Text(), issued: now, before: before}
	s.tokens.pairs = append(s.tokens.pairs, next)
	return ok(object{
		"token_type": "Bearer", "expires_in": int(accessLife.Seconds()),
		"access_token": next.access, "refresh_token": next.refresh,
	}), nil
}

func (t *tokens) refreshable(refresh string, now time.Time) *pair {
	for _, p := range t.pairs {
		if p.refresh == refresh && !p.revoked && now.Before(p.issued.Add(refreshLife)) {
			return p
		}
	}
	return nil
}

func oauthProblem(status int, hint string) *problem {
	p := refuse(status, "The request failed authorization")
	p.extra = object{"hint": hint, "type": "https://developers.amocrm.ru/v3/errors/OAuthProblemJson"}
	return p
}

// accessToken is a signed JWT with the claims clients are known to read.
func (s *Simulator) accessToken(now time.Time) string {
	base, _ := url.Parse(s.cfg.BaseURL) // checked by New
	claims, _ := json.Marshal(object{
		"aud": s.cfg.ClientID, "jti": rand.Text(), "iat": now.Unix(), "nbf": now.Unix(),
		"exp": now.Add(accessLife).Unix(), "sub": fmt.Sprint(s.world.Users[0].ID),
		"account_id": s.world.Account.ID, "base_domain": "kommo.com", "api_domain": base.Host,
		"scopes": []string{"crm", "files", "files_delete", "notifications"},
	})
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"typ":"JWT","alg":"HS256"}`)) + "." + encode(claims)
	mac := hmac.New(sha256.New, []byte(s.cfg.ClientSecret))
	mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}

// newUUID is a random (version 4) UUID.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
