package skribble

import (
	"encoding/base64"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxSequence bounds the sequence number.
const maxSequence = 999

// signer is an entry of signatures[] as a client sends it.
type signer struct {
	Account  *string   `json:"account_email"`
	Identity *identity `json:"signer_identity_data"`
	Sequence *int      `json:"sequence"`
	Order    *int      `json:"order"`
	Notify   *bool     `json:"notify"`
	Language *string   `json:"language"`
	Visual   *visual   `json:"visual_signature"`
}

// language returns the vendor's word for a language code, as its answers carry it.
func language(code string) (word string, known bool) {
	word, known = map[string]string{
		"": "", "en": "English", "de": "German", "fr": "French", "it": "Italian",
	}[code]
	return word, known
}

// check looks at one entry for a request of this quality.
func (in signer) check(quality string, d *document) error {
	if in.Account == nil && in.Identity == nil {
		return invalid("signatures: account_email or signer_identity_data is required")
	}
	if in.Account != nil && !isEmail(*in.Account) {
		return invalid("signatures: account_email is not a valid e-mail address")
	}
	if in.Identity != nil {
		if err := in.Identity.check(quality); err != nil {
			return err
		}
	}
	if n := in.Sequence; n != nil && *n != anyOrder && (*n < 1 || *n > maxSequence) {
		return invalid("signatures: sequence must be between 1 and 999")
	}
	if in.Language != nil {
		if _, known := language(*in.Language); !known {
			return malformed()
		}
	}
	if in.Visual == nil {
		return nil
	}
	return in.Visual.check(d)
}

func (i identity) check(quality string) error {
	if i.Email != "" && !isEmail(i.Email) {
		return invalid("signer_identity_data: email_address is not a valid e-mail address")
	}
	if i.Email == "" && quality == qualitySES {
		return invalid("signer_identity_data: email_address is required for SES")
	}
	if i.Mobile != "" && !regexp.MustCompile(`^\+?[0-9]{6,15}$`).MatchString(i.Mobile) {
		return invalid("signer_identity_data: mobile_number is not valid")
	}
	if _, known := language(i.Language); !known {
		return malformed()
	}
	if i.RequireEvidence {
		return notEnabled("express-qes")
	}
	return nil
}

func (v visual) check(d *document) error {
	ways := len(v.Positions)
	if ways > 1 {
		ways = 1
	}
	if v.Position != nil {
		ways++
	}
	if v.FormField != "" {
		ways++
		if !slices.ContainsFunc(d.Fields, func(f formField) bool { return f.Name == v.FormField }) {
			return invalid("visual_signature: form_field does not exist in the document")
		}
	}
	if ways != 1 {
		return invalid("visual_signature: exactly one of position, positions and form_field is required")
	}
	for _, p := range v.all() {
		if err := p.check(d.PageCount); err != nil {
			return err
		}
	}
	if v.Image == nil {
		return nil
	}
	_, err := base64.StdEncoding.DecodeString(v.Image.Content)
	if err != nil || v.Image.Content == "" || v.Image.ContentType != "image/png" {
		return invalid("visual_signature: image must be a base64 encoded image/png")
	}
	return nil
}

// all returns the positions however they were given.
func (v visual) all() []position {
	if v.Position != nil {
		return []position{*v.Position}
	}
	return v.Positions
}

func (p position) check(pages int) error {
	n, err := strconv.Atoi(p.Page)
	if err != nil || n < 0 || n >= pages {
		return invalid("visual_signature: page does not exist")
	}
	if p.X < 0 || p.Y < 0 || p.Width <= 0 || p.Height <= 0 || math.Max(p.X+p.Width, p.Y+p.Height) > 14400 {
		return invalid("visual_signature: position is not on the page")
	}
	return nil
}

// newSignature turns a checked entry into a signature: with an account when the address has one or nothing else was
// given, else for a guest behind a link of their own.
func (s *Simulator) newSignature(requestID string, in signer) *signature {
	g := &signature{SID: newID(), Sequence: anyOrder, Order: in.Order, Status: statusOpen, Notify: true}
	if in.Sequence != nil {
		g.Sequence = *in.Sequence
	}
	if in.Notify != nil {
		g.Notify = *in.Notify
	}
	if in.Identity != nil {
		i := *in.Identity
		i.Email = strings.ToLower(i.Email)
		g.Identity = &i
		g.Language, _ = language(i.Language)
	}
	if in.Language != nil {
		g.Language, _ = language(*in.Language)
	}
	if in.Account != nil {
		g.Account = strings.ToLower(*in.Account)
	}
	if _, registered := s.accounts[g.Account]; g.Identity != nil && !registered {
		g.Account = newHex()
		g.SigningURL = fmt.Sprintf("%s/view/%s/%s", s.cfg.BaseURL, requestID, g.Account)
	}
	g.Visual = in.Visual.echo()
	return g
}

// echo is how answers show a visual signature: one position in both shapes.
func (v *visual) echo() *visual {
	if v == nil {
		return nil
	}
	e := visual{FormField: v.FormField, Image: v.Image, Positions: v.all()}
	if len(e.Positions) > 0 {
		e.Position = &e.Positions[0]
	}
	return &e
}

// warnSigner notes what the vendor takes and a signer then stumbles over.
func (s *Simulator) warnSigner(c *call, quality string, in signer) {
	i := in.Identity
	if i == nil {
		return
	}
	if i.Mobile == "" && slices.Contains([]string{qualityAES, qualityAESMinimal, qualityQES}, quality) {
		s.warn(c, "a signer without an account needs mobile_number for "+quality)
	}
	if strings.HasPrefix(i.Mobile, "+") {
		s.warn(c, "mobile_number: the vendor's samples have no +")
	}
	if i.Reference != "" {
		s.warn(c, "identity_reference may switch off the e-mail code")
	}
}
