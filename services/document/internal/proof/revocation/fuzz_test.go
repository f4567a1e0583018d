package revocation_test

import (
	"bytes"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/countersign/countersign/services/document/internal/proof/revocation"
	"github.com/countersign/countersign/services/document/internal/proof/revocation/revocationtest"
)

// FuzzRevocation gives arbitrary data. Only what the issuer signed may say anything, good or bad.
func FuzzRevocation(f *testing.F) {
	s := newScene(f)
	signed := [][]byte{
		s.list(s.now),
		s.list(s.now, revocationtest.Entry(s.signer.Certificate, s.used, 1)...),
		s.response(ocsp.Response{ThisUpdate: s.now}),
		s.issuer.Responder(f, true).OCSP(f, s.issuer.Certificate, s.signer.Certificate, ocsp.Response{ThisUpdate: s.now}),
	}
	for i, data := range signed {
		f.Add(uint16(0), []byte{}, byte(i))
		f.Add(uint16(len(data)/2), []byte{1}, byte(i))
	}
	f.Add(uint16(4), bytes.Repeat([]byte{0x30, 0x80}, 20), byte(2))
	ask := func(d *revocation.Data) revocation.Status {
		return d.Status(s.signer.Certificate, s.issuer.Certificate, revocation.Moment{Proven: s.used, Now: s.now.Add(time.Minute)})
	}
	f.Fuzz(func(t *testing.T, at uint16, splice []byte, which byte) {
		was := signed[int(which)%len(signed)]
		from := int(at) % (len(was) + 1)
		data := append(append(bytes.Clone(was[:from]), splice...), was[min(len(was), from+len(splice)):]...)
		var d revocation.Data
		d.Add(data)
		d.Add(splice)
		if status := ask(&d); status >= revocation.GoodBefore {
			var untouched revocation.Data
			untouched.Add(was)
			if want := ask(&untouched); status != want {
				t.Errorf("status %d became %d", want, status)
			}
		}
	})
}
