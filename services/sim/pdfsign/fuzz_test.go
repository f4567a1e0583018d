package pdfsign

import (
	"bytes"
	"slices"
	"testing"
)

// FuzzSign feeds files of strangers to the reader. What can be signed keeps its bytes, has the field afterwards, and
// carries a signature that holds.
func FuzzSign(f *testing.F) {
	n := newNotary(f)
	for _, file := range contracts(f) {
		f.Add(file, "client")
		f.Add(file, "new")
		f.Add(file[:len(file)/2], "new")
	}
	f.Add([]byte("%PDF-1.7\nxref\n0 0\ntrailer<</Root 1 0 R/Prev 9>>startxref 9"), "new")
	f.Fuzz(func(t *testing.T, file []byte, field string) {
		before, err := Fields(file)
		if err != nil {
			return
		}
		signed, err := Sign(file, Signature{
			Field: field, Identity: n.seal, Time: n.now, Page: 1, Rect: [4]float64{1, 2, 300, 100},
		})
		if err != nil {
			return
		}
		if !bytes.HasPrefix(signed, file) {
			t.Fatal("earlier bytes changed")
		}
		after, err := Fields(signed)
		if err != nil {
			t.Fatalf("the signed file cannot be read: %v", err)
		}
		if !slices.Contains(after, field) || len(after) < len(before) {
			t.Fatalf("the fields were %q and are %q after signing %q", before, after, field)
		}
	})
}
