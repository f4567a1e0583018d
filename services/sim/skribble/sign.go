package skribble

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/countersign/countersign/services/sim/pdfsign"
	"github.com/countersign/countersign/services/sim/pki"
)

// provider is whose seal stands for simple signatures, demo signatures and reports.
const provider = "Simulated Skribble"

// plan is what a signature will be.
type plan struct {
	quality string
	lowered bool // uses up a lower_level fault
	swapped bool // uses up a wrong_document fault
}

// sign lets a signer sign: a new version of the document, the callbacks, and the next signers' invitations. A quality
// other than empty overrides what the request and the armed faults would give.
func (s *Simulator) sign(r *signatureRequest, g *signature, quality string) error {
	if err := mustBeTurn(r, g); err != nil {
		return err
	}
	p := s.plan(r, g, quality)
	d := s.documents[r.DocumentID]
	sig, err := s.placement(g, d, p.quality)
	if err != nil {
		return err
	}
	pdf := d.content
	if p.swapped {
		// The other document has one page and none of the fields.
		pdf = textPDF("Another document", []string{"This is not the document that was sent."})
		sig.Page, sig.Rect = 1, [4]float64{}
	}
	if pdf, err = pdfsign.Sign(pdf, sig); err != nil {
		return fmt.Errorf("signing the document: %w", err)
	}
	s.useUp(p)
	next := s.addVersion(d, pdf, sig.Field)
	r.DocumentID, r.versions = next.ID, append(r.versions, next.ID)
	now := s.now()
	g.Status, g.SignedAt, g.SignedQuality = statusSigned, &now, p.quality
	g.SignedLegislation = legislation(p.quality, r.Legislation)
	s.act(r, signedAction(g, sig.Identity, next))
	s.afterSigning(r, g)
	return nil
}

func (s *Simulator) plan(r *signatureRequest, g *signature, quality string) plan {
	p := plan{quality: quality}
	if quality == "" {
		p.lowered = s.lower > 0
		p.quality = granted(r.Quality, p.lowered)
	}
	last := !slices.ContainsFunc(r.Signatures, func(o *signature) bool { return o != g && o.Status != statusSigned })
	p.swapped = last && s.wrong > 0
	return p
}

func (s *Simulator) useUp(p plan) {
	if p.lowered {
		s.lower--
	}
	if p.swapped {
		s.wrong--
	}
}

// afterSigning tells the world.
func (s *Simulator) afterSigning(r *signatureRequest, g *signature) {
	if !r.done() {
		s.fire(r, callbackUpdate, g.SID)
		s.invite(r)
		return
	}
	r.Status = statusSigned
	if s.settings.UpdateOnLast {
		s.fire(r, callbackUpdate, g.SID)
	}
	s.fire(r, callbackSuccess, "")
	for _, o := range r.Signatures {
		s.mailSigner(r, o, mailCompleted, "")
	}
	s.mailOwner(r, mailCompleted)
}

// granted is the quality a signature gets for what was asked: AES_MINIMAL is given as AES, and a lowered one is the
// next worse.
func granted(asked string, lowered bool) string {
	if asked == qualityAESMinimal {
		asked = qualityAES
	}
	ladder := []string{qualityQES, qualityAES, qualitySES, qualityDemo}
	i := slices.Index(ladder, asked)
	if lowered {
		i = min(i+1, len(ladder)-1)
	}
	return ladder[i]
}

// legislation is what the vendor reports beside a quality: only a qualified signature follows the request's.
func legislation(quality, requested string) string {
	switch quality {
	case qualityQES:
		return requested
	case qualityAES:
		return "EIDAS"
	case qualitySES:
		return "ZERTES"
	}
	return "UNDEFINED"
}

// placement returns the signature and where it goes: the form field, the first position, or nowhere to be seen.
func (s *Simulator) placement(g *signature, d *document, quality string) (pdfsign.Signature, error) {
	now := s.clock.Now()
	id, err := s.identityFor(g, quality, now)
	if err != nil {
		return pdfsign.Signature{}, err
	}
	unit, err := s.authority.TimestampUnit(now)
	if err != nil {
		return pdfsign.Signature{}, err
	}
	p := pdfsign.Signature{
		Field: "Skribble-" + g.SID, Identity: id, Name: g.fullName(s.accounts), Time: now, Timestamp: unit,
		Reason: "Signed with " + provider + " (" + quality + ")", Page: 1,
	}
	switch v := g.Visual; {
	case v == nil:
	case v.FormField != "" && d.unsigned(v.FormField):
		p.Field = v.FormField
	case v.Position != nil && !v.Position.Invisible:
		page, _ := strconv.Atoi(v.Position.Page)
		p.Page, p.Rect = page+1, s.box(*v.Position, d)
	}
	return p, nil
}

// box turns a position into left, bottom, right, top.
func (s *Simulator) box(p position, d *document) [4]float64 {
	bottom := d.height - p.Y - p.Height
	if s.settings.PositionFromBottom {
		bottom = p.Y
	}
	return [4]float64{p.X, bottom, p.X + p.Width, bottom + p.Height}
}

func (d *document) unsigned(field string) bool {
	return slices.ContainsFunc(d.Fields, func(f formField) bool { return f.Name == field && !f.Signed })
}

// identityFor issues the certificate a quality asks for: personal for AES and QES, else the provider's seal.
func (s *Simulator) identityFor(g *signature, quality string, now time.Time) (*pki.Identity, error) {
	if quality != qualityAES && quality != qualityQES {
		return s.authority.Seal(provider, now)
	}
	first, last := g.name(s.accounts)
	return s.authority.Person(pki.Person{FirstName: first, LastName: last, Country: "CH"}, quality, now)
}

// name is the signer's, or what stands before the @ when nobody told it.
func (g *signature) name(accounts map[string]Account) (first, last string) {
	if a, ok := accounts[g.Account]; ok && a.FirstName+a.LastName != "" {
		return plain(a.FirstName), plain(a.LastName)
	}
	if i := g.Identity; i != nil && strings.TrimSpace(i.FirstName+i.LastName) != "" {
		return plain(i.FirstName), plain(i.LastName)
	}
	if local, _, ok := strings.Cut(g.email(), "@"); ok {
		return "", plain(local)
	}
	return "", "Unnamed signer"
}

func (g *signature) fullName(accounts map[string]Account) string {
	first, last := g.name(accounts)
	return strings.TrimSpace(first + " " + last)
}

// plain makes a name one that a certificate can carry: the API takes any text.
func plain(name string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, "?")))
	return strings.TrimSpace(string(runes[:min(len(runes), 100)]))
}

// seal puts the provider's invisible seal on a file of its own making.
func (s *Simulator) seal(pdf []byte) ([]byte, error) {
	now := s.clock.Now()
	id, err := s.authority.Seal(provider, now)
	if err != nil {
		return nil, err
	}
	return pdfsign.Sign(pdf, pdfsign.Signature{
		Field: "Seal", Identity: id, Name: provider, Reason: "Signature report", Time: now, Page: 1,
	})
}
