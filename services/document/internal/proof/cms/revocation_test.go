package cms_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/proof/cms"
	"github.com/countersign/countersign/services/document/internal/proof/cms/cmstest"
)

func TestRevocationInMessages(t *testing.T) {
	piece := func(n int) []byte { return cmstest.Sequence(t, cmstest.DER(t, n)) }
	values := func(crl, ocsp int) []byte {
		return cmstest.Sequence(t, cmstest.Tagged(t, 2, 0, cmstest.Sequence(t, piece(crl))),
			cmstest.Tagged(t, 2, 1, cmstest.Sequence(t, piece(ocsp))))
	}
	basic := cmstest.Sequence(t, []byte{10, 1, 0}, cmstest.Tagged(t, 2, 0, cmstest.Sequence(t,
		cmstest.DER(t, cmstest.OID{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}), cmstest.DER(t, piece(4)))))
	archival, cades := cmstest.OID{1, 2, 840, 113583, 1, 1, 8}, cmstest.PKCS9(16, 2, 24)

	r := p256(t)
	r.Attributes = func(a [][]byte) [][]byte { return append(a, cmstest.Attribute(t, archival, values(1, 2))) }
	r.Unsigned = func([]byte) [][]byte { return [][]byte{cmstest.Attribute(t, cades, values(3, 4))} }
	other := func(id cmstest.OID, n int) []byte { return cmstest.Tagged(t, 2, 1, cmstest.DER(t, id), piece(n)) }
	r.Revocation = append(append(piece(5), other(cmstest.OID{1, 3, 6, 1, 5, 5, 7, 16, 2}, 6)...),
		other(cmstest.OID{1, 3, 6, 1, 5, 5, 7, 16, 4}, 7)...)
	message := r.Build(t, []byte("signed"))
	m, err := cms.Parse(message)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]byte{piece(5), piece(6), piece(1), piece(2), piece(3), basic}
	if diff := cmp.Diff(want, m.Revocation()); diff != "" {
		t.Error(diff)
	}
	if err := verify(message, []byte("signed")); err != nil {
		t.Error(err)
	}
	r.Unsigned = func([]byte) [][]byte { return [][]byte{cmstest.Attribute(t, cades, piece(8))} }
	if m, err = cms.Parse(r.Build(t, nil)); err != nil {
		t.Fatal(err)
	}
	if got := m.Revocation(); len(got) != 5 {
		t.Errorf("%d pieces: what cannot be read is dropped", len(got))
	}
}
