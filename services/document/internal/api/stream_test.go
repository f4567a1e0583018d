package api_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
)

const chunk = 256 << 10

func TestWhatIsStreamedIsWhatWasArchived(t *testing.T) {
	h := newHouse(t)
	for _, size := range []int{5, chunk - 1, chunk, chunk + 1, 2*chunk - 1, 2 * chunk, 2*chunk + 1, 5*chunk + 77} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			d := h.upload(t, header(fmt.Sprint(size)), pdf(size))
			first, chunks, err := h.download(t, d.GetName())
			if err != nil || !bytes.Equal(bytes.Join(chunks, nil), pdf(size)) {
				t.Errorf("other bytes in %d chunks, %v", len(chunks), err)
			}
			if !proto.Equal(first, d) {
				t.Errorf("document %v, want %v", first, d)
			}
			for i, c := range chunks {
				if len(c) == 0 || len(c) > chunk {
					t.Errorf("chunk %d has %d bytes", i, len(c))
				}
			}
		})
	}
}

func TestADamagedDocumentIsNeverGivenOutWhole(t *testing.T) {
	h := newHouse(t)
	path := func(hash string) string { return filepath.Join(h.folder, "sha256", hash[:2], hash) }
	damages := map[string]func(t *testing.T, hash string){
		"changed": func(t *testing.T, hash string) { h.damage(t, hash) },
		"cut":     func(t *testing.T, hash string) { write(t, os.Truncate(path(hash), 7)) },
		"grown": func(t *testing.T, hash string) {
			write(t, os.WriteFile(path(hash), append(must(os.ReadFile(path(hash)))(t), 'x'), 0o600))
		},
		"gone": func(t *testing.T, hash string) { write(t, os.Remove(path(hash))) },
	}
	for name, damage := range damages {
		for _, size := range []int{10, chunk, chunk + 1, 3 * chunk} {
			t.Run(fmt.Sprint(name, size), func(t *testing.T) {
				d := h.upload(t, header(t.Name()), append(pdf(size), name...))
				damage(t, d.GetSha256())
				_, chunks, err := h.download(t, d.GetName())
				refused(t, err, codes.DataLoss, "HASH_MISMATCH")
				if got := len(bytes.Join(chunks, nil)); got >= size {
					t.Errorf("%d bytes of %d were given out", got, size)
				}
			})
		}
	}
}

func write(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnUnknownDocumentIsRefused(t *testing.T) {
	h := newHouse(t)
	_, err := h.GetDocument(t.Context(), &documentv1.GetDocumentRequest{Name: noName})
	refused(t, err, codes.NotFound, "DOCUMENT_NOT_FOUND")
	_, _, err = h.download(t, noName)
	refused(t, err, codes.NotFound, "DOCUMENT_NOT_FOUND")
	_, _, err = h.download(t, "documents/../../etc/passwd")
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "name")
}

func TestARangeIsStreamedAlone(t *testing.T) {
	h := newHouse(t)
	const size = 2*chunk + 77
	content := pdf(size)
	d := h.upload(t, header("r"), content)
	for _, r := range []struct{ offset, length int64 }{
		{0, 0}, {0, 1}, {0, size}, {0, size + 9}, {1, chunk}, {chunk, chunk}, {size - 1, 0}, {size - 3, 2}, {size, 0}, {size, 9},
	} {
		want := content[r.offset:]
		if r.length > 0 {
			want = want[:min(r.length, int64(len(want)))]
		}
		first, chunks, err := h.downloadRange(t, &documentv1.StreamDocumentRequest{
			Name: d.GetName(), Offset: r.offset, Length: r.length,
		})
		if err != nil || !bytes.Equal(bytes.Join(chunks, nil), want) || !proto.Equal(first, d) {
			t.Errorf("%+v: %d chunks, document %v, %v", r, len(chunks), first, err)
		}
	}
	for _, in := range []*documentv1.StreamDocumentRequest{
		{Name: d.GetName(), Offset: size + 1}, {Name: d.GetName(), Offset: -1}, {Name: d.GetName(), Length: -1},
	} {
		_, chunks, err := h.downloadRange(t, in)
		field := "offset"
		if in.GetLength() < 0 {
			field = "length"
		}
		refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", field)
		if len(chunks) > 0 {
			t.Errorf("%v: %d chunks", in, len(chunks))
		}
	}
	h.damage(t, d.GetSha256())
	_, chunks, err := h.downloadRange(t, &documentv1.StreamDocumentRequest{Name: d.GetName(), Offset: size - 5, Length: 5})
	refused(t, err, codes.DataLoss, "HASH_MISMATCH")
	if len(chunks) > 0 {
		t.Errorf("%d chunks of a damaged document, far from the damage", len(chunks))
	}
}
