// Package pdfsign signs PDF files the way the vendors do: by incremental updates that leave every earlier byte as it
// was, with detached PAdES signatures (SubFilter ETSI.CAdES.detached) and, when asked, a signature timestamp.
//
// It serves the simulators and tests. It signs with the identities of package pki and refuses what it cannot sign
// safely (encrypted or malformed files) instead of repairing it.
package pdfsign

import (
	"errors"
	"math"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/countersign/countersign/services/sim/pdfsign/internal/cms"
	"github.com/countersign/countersign/services/sim/pdfsign/internal/pdf"
	"github.com/countersign/countersign/services/sim/pki"
)

// The reasons for which a file or a signature is refused.
var (
	// ErrMalformed says that the file does not fit the PDF specification or uses a part of it that is not supported.
	ErrMalformed = pdf.ErrMalformed
	// ErrEncrypted says that the file is encrypted, with or without a password.
	ErrEncrypted = pdf.ErrEncrypted
	// ErrNoField says that there is no signature field of the name and no page was given for a new one.
	ErrNoField = errors.New("no such signature field")
	// ErrSigned says that the field holds a signature already.
	ErrSigned = errors.New("the signature field is signed already")
	// ErrInvalid says that the wanted signature makes no sense.
	ErrInvalid = errors.New("invalid signature request")
)

const (
	textLimit  = 1024 // runes of a name, reason, location or field name
	pageExtent = 14_400
)

// Signature says what Sign adds to a file.
type Signature struct {
	// Field is the full name of the signature field. An existing one is filled and keeps its page and rectangle.
	Field string
	// Identity signs; its key must be an ECDSA key.
	Identity *pki.Identity
	// Name, Reason and Location are shown to readers and may be empty; an empty Name is taken from the certificate.
	// Each is at most 1024 characters without control characters.
	Name, Reason, Location string
	// Time is the claimed time of signing, and the time in the timestamp; it is kept to the second, in UTC.
	Time time.Time
	// Timestamp signs an RFC 3161 timestamp over the signature; nil adds none.
	Timestamp *pki.Identity
	// Page is where a new field goes, counted from 1. Zero means that the field must exist.
	Page int
	// Rect is the box of a new field: left, bottom, right, top in points from the lower left corner of the page. All
	// zero makes an invisible field.
	Rect [4]float64
}

// Sign returns the file followed by an update that holds the signature; the given bytes stay as they are. It fills the
// empty field of the name, and adds the field first when there is none. Signing the result again adds a further
// revision. It fails with ErrMalformed, ErrEncrypted, ErrNoField, ErrSigned or ErrInvalid.
func Sign(file []byte, s Signature) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.Name == "" {
		s.Name = s.Identity.Certificate.Subject.CommonName
	}
	form, err := readForm(file)
	if err != nil {
		return nil, err
	}
	update := pdf.NewUpdate(form.file)
	stamp := s.stamp()
	value := update.Add(s.value(cms.Size(s.Identity, stamp)))
	if target, ok := form.find(s.Field); ok {
		err = form.fill(update, target, filling{Signature: s, value: value})
	} else {
		err = form.add(update, filling{Signature: s, value: value})
	}
	if err != nil {
		return nil, err
	}
	signed, offsets := update.Bytes()
	if err := seal(signed, offsets[value], s.Identity, stamp); err != nil {
		return nil, err
	}
	return signed, nil
}

// Fields returns the full names of the signature fields, signed or not, in page order; those that are on no page come
// last. It fails with ErrMalformed or ErrEncrypted.
func Fields(file []byte) ([]string, error) {
	form, err := readForm(file)
	if err != nil {
		return nil, err
	}
	return form.signatureNames()
}

func (s Signature) stamp() *cms.Stamp {
	if s.Timestamp == nil {
		return nil
	}
	return &cms.Stamp{Identity: s.Timestamp, Time: s.Time}
}

func (s Signature) check() error {
	if s.Field == "" || s.Page < 0 || s.Time.IsZero() {
		return ErrInvalid
	}
	if !usable(s.Identity) || s.Timestamp != nil && !usable(s.Timestamp) {
		return ErrInvalid
	}
	for _, text := range []string{s.Field, s.Name, s.Reason, s.Location} {
		if !utf8.ValidString(text) || utf8.RuneCountInString(text) > textLimit {
			return ErrInvalid
		}
		for _, r := range text {
			if unicode.IsControl(r) {
				return ErrInvalid
			}
		}
	}
	for _, n := range s.Rect {
		if math.IsNaN(n) || math.Abs(n) > pageExtent {
			return ErrInvalid
		}
	}
	return nil
}

func usable(i *pki.Identity) bool {
	return i != nil && i.Certificate != nil && i.Key != nil
}
