package yousign

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/countersign/countersign/services/sim/pdfsign"
	"github.com/countersign/countersign/services/sim/pki"
	"github.com/countersign/countersign/services/sim/yousign/internal/pdfscan"
)

// near is how far, in points, the middle of an empty signature field may be from the middle of the vendor's
// field to be taken for the same place.
const near = 144.0

// complete signs every signable document, each signer's fields in the order of signing. Nothing is stored when
// one of them fails.
func (s *Simulator) complete(r *request) error {
	personal := r.level() == qualified
	if personal && s.lowerLevel > 0 {
		s.lowerLevel--
		personal = false
	}
	swap := s.wrongDocument > 0
	if swap {
		s.wrongDocument--
	}
	order := slices.Clone(r.signers)
	slices.SortStableFunc(order, func(a, b *signer) int { return a.signedAt.Compare(*b.signedAt) })
	finals := make([][]byte, len(r.documents))
	for i, d := range r.documents {
		finals[i] = d.original
		if d.nature != signable {
			continue
		}
		p := paper{pdf: d.original, scan: d.scan}
		if swap {
			p = foreign()
		}
		for _, x := range order {
			if err := s.signFields(&p, d, x, personal); err != nil {
				return err
			}
		}
		finals[i] = p.pdf
	}
	for i, d := range r.documents {
		d.final = finals[i]
	}
	return nil
}

// paper is a document while it is being signed.
type paper struct {
	pdf  []byte
	scan *pdfscan.Document
	used []string // names of fields that are no longer empty
}

// foreign is a document nobody sent.
func foreign() paper {
	pdf := plainPDF("This is not the document that was sent", "Yousign simulator, fault wrong_document")
	return paper{pdf: pdf, scan: &pdfscan.Document{Pages: []pdfscan.Page{{Width: a4Width, Height: a4Height}}}}
}

func (s *Simulator) signFields(p *paper, d *document, x *signer, personal bool) error {
	for _, f := range d.fields {
		if f.signerID != x.id || f.kind != "signature" {
			continue
		}
		sig, err := s.signature(x, personal)
		if err != nil {
			return err
		}
		sig.Reason = cmp.Or(f.reason, sig.Reason)
		p.aim(&sig, f)
		if p.pdf, err = pdfsign.Sign(p.pdf, sig); err != nil {
			return fmt.Errorf("sign document %s: %w", d.id, err)
		}
	}
	return nil
}

// signature is how one signer's act appears in the file: under the signer's own qualified certificate, else
// under the vendor's seal, which is all that simple and advanced signatures carry.
func (s *Simulator) signature(x *signer, personal bool) (pdfsign.Signature, error) {
	at := *x.signedAt
	person := pki.Person{FirstName: x.Info.FirstName, LastName: x.Info.LastName, Country: "FR"}
	sig := pdfsign.Signature{Time: at, Reason: "Signed with Yousign"}
	var err error
	if personal {
		sig.Identity, err = s.cfg.Authority.Person(person, "QES", at)
	} else {
		sig.Reason = "Signed by " + person.FirstName + " " + person.LastName
		sig.Identity, err = s.cfg.Authority.Seal("Yousign", at)
	}
	if err != nil {
		return sig, err
	}
	sig.Timestamp, err = s.cfg.Authority.TimestampUnit(at)
	return sig, err
}

// aim points a signature at the empty field waiting at the box, or at a new field in the box.
func (p *paper) aim(sig *pdfsign.Signature, f *field) {
	best, distance := "", near
	for _, b := range p.scan.Blanks {
		away := math.Hypot(b.X+b.Width/2-f.x-f.width/2, b.Y+b.Height/2-f.y-f.height/2)
		if b.Page == f.page && away <= distance && !slices.Contains(p.used, b.Name) {
			best, distance = b.Name, away
		}
	}
	if best != "" {
		sig.Field = best
		p.used = append(p.used, best)
		return
	}
	sig.Field = "yousign-" + f.id
	sig.Page = min(f.page, len(p.scan.Pages))
	sig.Rect = p.scan.Pages[sig.Page-1].Corners(pdfscan.Box{X: f.x, Y: f.y, Width: f.width, Height: f.height})
}

// sealed returns a document of the vendor's own making under the vendor's seal.
func (s *Simulator) sealed(at time.Time, lines ...string) ([]byte, error) {
	seal, err := s.cfg.Authority.Seal("Yousign", at)
	if err != nil {
		return nil, err
	}
	return pdfsign.Sign(plainPDF(lines...), pdfsign.Signature{Field: "yousign", Identity: seal, Time: at, Page: 1})
}
