package revocation_test

import (
	"encoding/pem"
	"slices"
	"testing"

	"golang.org/x/crypto/ocsp"

	"github.com/countersign/countersign/services/document/internal/proof/revocation"
)

func TestReadable(t *testing.T) {
	s := newScene(t)
	list, response := s.list(s.now), s.response(ocsp.Response{ThisUpdate: s.now})
	armoured := func(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}) }
	for name, c := range map[string]struct {
		data []byte
		want bool
	}{
		"list": {list, true}, "response": {response, true}, "PEM": {slices.Concat(armoured(list), armoured(response)), true},
		"nothing": {nil, false}, "text": {[]byte("<html>"), false}, "certificate": {s.issuer.Certificate.Raw, false},
		"PEM of a certificate": {armoured(s.issuer.Certificate.Raw), false}, "cut": {list[:len(list)-1], false},
		"more after PEM": {append(armoured(list), "more"...), false},
	} {
		if revocation.Readable(c.data) != c.want {
			t.Errorf("%s: not %t", name, c.want)
		}
	}
}
