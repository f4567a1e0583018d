package skribble

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// tokenHeader is the first part of every token: HS256 here, where the vendor's own signature is RS256-like. A client
// cannot tell, having no key.
const tokenHeader = `{"alg":"HS256","kid":"sim","typ":"JWT"}`

type claims struct {
	Subject string `json:"sub"`
	Issued  int64  `json:"iat"` // seconds since 1970, simulated time
	Expires int64  `json:"exp"`
}

func (s *Simulator) login(c *call) (answer, error) {
	user, key, err := credentials(c)
	if err != nil {
		return answer{}, err
	}
	want, known := s.cfg.Users[user]
	if !known || subtle.ConstantTimeCompare([]byte(want), []byte(key)) != 1 {
		return answer{}, problem{
			status: http.StatusForbidden, kind: kindMessage, key: keyCredentialsInvalid,
			message: "Please ensure that username and api-key are correct",
		}
	}
	token := s.mint(user, s.clock.Now())
	return answer{status: http.StatusOK, contentType: "text/plain;charset=UTF-8", body: []byte(token)}, nil
}

func credentials(c *call) (user, key string, err error) {
	media, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	switch media {
	case "application/json":
		var in struct {
			Username string `json:"username"`
			Key      string `json:"api-key"`
		}
		if json.Unmarshal(c.body, &in) != nil {
			return "", "", malformed()
		}
		user, key = in.Username, in.Key
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(c.body))
		if err != nil {
			return "", "", malformed()
		}
		user, key = form.Get("username"), form.Get("api-key")
	default:
		return "", "", refuse(http.StatusUnsupportedMediaType, "Content type is not supported")
	}
	if user == "" || key == "" {
		return "", "", invalid("username and api-key must not be empty")
	}
	return user, key, nil
}

func (s *Simulator) mint(user string, now time.Time) string {
	payload, _ := json.Marshal(claims{user, now.Unix(), now.Add(s.cfg.TokenLifetime).Unix()})
	enc := base64.RawURLEncoding
	signed := enc.EncodeToString([]byte(tokenHeader)) + "." + enc.EncodeToString(payload)
	return signed + "." + enc.EncodeToString(s.mac(signed))
}

func (s *Simulator) mac(signed string) []byte {
	m := hmac.New(sha256.New, s.secret)
	m.Write([]byte(signed))
	return m.Sum(nil)
}

// read returns what an undamaged token of ours says, expired or not.
func (s *Simulator) read(token string) (c claims, ours bool) {
	i := strings.LastIndexByte(token, '.')
	if i < 0 {
		return c, false
	}
	enc := base64.RawURLEncoding.Strict()
	mac, err := enc.DecodeString(token[i+1:])
	if err != nil || !hmac.Equal(mac, s.mac(token[:i])) {
		return c, false
	}
	_, part, _ := strings.Cut(token[:i], ".")
	payload, err := enc.DecodeString(part)
	return c, err == nil && json.Unmarshal(payload, &c) == nil
}

// authenticate returns the API user behind a call.
func (s *Simulator) authenticate(r *http.Request) (string, error) {
	p := problem{status: http.StatusUnauthorized, kind: kindMessage, key: keyTokenInvalid, message: "Token is invalid"}
	if token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); bearer {
		c, ours := s.read(token)
		switch {
		case ours && s.clock.Now().Unix() < c.Expires:
			return c.Subject, nil
		case ours:
			p.status, p.key, p.message = http.StatusForbidden, keyTokenExpired, "Token has expired"
		}
	}
	switch s.settings.AuthStyle {
	case "401":
		p.status = http.StatusUnauthorized
	case "403":
		p.status = http.StatusForbidden
	}
	return "", p
}
