package archive_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/countersign/countersign/services/document/internal/archive"
)

const (
	pdfType = "application/pdf"
	chunk   = 256 << 10
)

// vessel is an archive under test and the folder in which its objects are files.
type vessel struct {
	*archive.Archive
	folder string
}

func open(t *testing.T, cfg archive.Config, folder string) vessel {
	t.Helper()
	a, err := archive.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return vessel{a, folder}
}

// file is where the bytes are: a test damages them there.
func (v vessel) file(name string) string { return filepath.Join(v.folder, "sha256", name[:2], name) }

func (v vessel) put(t *testing.T, content []byte) string {
	t.Helper()
	name, err := v.Put(t.Context(), content, pdfType)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func (v vessel) get(t *testing.T, name string, offset, length int64) ([]byte, error) {
	t.Helper()
	r, err := v.Get(t.Context(), name, offset, length)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// sample is content of a size that no other test has.
func sample(t *testing.T, size int) []byte {
	t.Helper()
	seed := sha256.Sum256([]byte(t.Name()))
	return bytes.Repeat(seed[:], size/len(seed)+1)[:size]
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// conform is what every archive promises.
func conform(t *testing.T, v vessel) {
	for name, test := range map[string]func(*testing.T, vessel){
		"the check at start passes, twice":         testCheck,
		"what is put comes back":                   testRoundTrip,
		"a range is that part of the whole":        testRanges,
		"puts at once leave one object":            testConcurrentPuts,
		"damage is found, and mended by a put":     testDamage,
		"what is missing is told":                  testMissing,
		"what is deleted can be put again":         testDelete,
		"the list names everything":                testList,
		"who has gone is not served":               testCancelled,
		"a large object is streamed, not gathered": testLarge,
	} {
		t.Run(name, func(t *testing.T) { test(t, v) })
	}
}

func testCheck(t *testing.T, v vessel) {
	for range 2 {
		if err := v.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func testRoundTrip(t *testing.T, v vessel) {
	for _, size := range []int{0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 1_000_000} {
		content := sample(t, size)
		name := v.put(t, content)
		if again := v.put(t, content); again != name || name != hashOf(content) {
			t.Errorf("size %d: put under %s and %s", size, name, again)
		}
		if got, err := v.get(t, name, 0, 0); err != nil || !bytes.Equal(got, content) {
			t.Errorf("size %d: got %d bytes, %v", size, len(got), err)
		}
		if n, err := v.Verify(t.Context(), name); err != nil || n != int64(size) {
			t.Errorf("size %d: verified %d bytes, %v", size, n, err)
		}
	}
}

func testRanges(t *testing.T, v vessel) {
	const size = 2*chunk + 100
	content := sample(t, size)
	name := v.put(t, content)
	for _, r := range [][2]int64{
		{0, 0}, {0, 1}, {0, chunk}, {0, size}, {0, size + 1}, {1, chunk}, {chunk - 1, 2}, {chunk, 0}, {chunk, chunk}, {7, 3},
		{2 * chunk, 100}, {size - 1, 0}, {size - 1, 5}, {size, 0}, {size, 5}, {size + 1, 0}, {1 << 62, 1 << 62},
	} {
		from := min(r[0], size)
		want := content[from:]
		if r[1] > 0 {
			want = want[:min(r[1], size-from)]
		}
		if got, err := v.get(t, name, r[0], r[1]); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%v: %d bytes for %d, %v", r, len(got), len(want), err)
		}
	}
}

func testConcurrentPuts(t *testing.T, v vessel) {
	content := sample(t, 100_000)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if name, err := v.Put(t.Context(), content, pdfType); err != nil || name != hashOf(content) {
				t.Errorf("put under %q, %v", name, err)
			}
		})
	}
	group.Wait()
	if got, err := v.get(t, hashOf(content), 0, 0); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func testDamage(t *testing.T, v vessel) {
	damages := map[string]func(path string, content []byte) error{
		"flipped": func(path string, content []byte) error {
			content[0] ^= 1
			return os.WriteFile(path, content, 0o600)
		},
		"cut":   func(path string, content []byte) error { return os.Truncate(path, int64(len(content)-1)) },
		"empty": func(path string, _ []byte) error { return os.Truncate(path, 0) },
		"grown": func(path string, content []byte) error { return os.WriteFile(path, append(content, 'x'), 0o600) },
	}
	for kind, damage := range damages {
		for _, size := range []int{10, chunk, 700_000} {
			content := append(sample(t, size), kind...)
			name := v.put(t, content)
			if err := damage(v.file(name), bytes.Clone(content)); err != nil {
				t.Fatal(err)
			}
			for _, r := range [][2]int64{{0, 0}, {1, 5}, {int64(size), 0}} {
				want := content[r[0]:]
				if r[1] > 0 {
					want = want[:r[1]]
				}
				got, err := v.get(t, name, r[0], r[1])
				if !errors.Is(err, archive.ErrDamaged) || len(got) >= len(want) {
					t.Errorf("%s, size %d, range %v: %d bytes given out, %v", kind, size, r, len(got), err)
				}
			}
			v.put(t, content) // the good bytes take the place of the damaged ones
			if got, err := v.get(t, name, 0, 0); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s, size %d: %d bytes after a put on top, %v", kind, size, len(got), err)
			}
			if err := v.Delete(t.Context(), name); err != nil && !errors.Is(err, archive.ErrLocked) {
				t.Error(err)
			}
		}
	}
}

func testMissing(t *testing.T, v vessel) {
	for _, name := range []string{hashOf(sample(t, 9)), "", "00ff", "../../../etc/passwd", hashOf(nil)[:63] + "G"} {
		if _, err := v.get(t, name, 0, 0); !errors.Is(err, archive.ErrMissing) {
			t.Errorf("%q: %v", name, err)
		}
		if err := v.Delete(t.Context(), name); err != nil {
			t.Errorf("delete %q: %v", name, err)
		}
	}
}

func testDelete(t *testing.T, v vessel) {
	content := sample(t, 1000)
	for range 3 {
		name := v.put(t, content)
		for range 2 {
			if err := v.Delete(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := v.get(t, name, 0, 0); !errors.Is(err, archive.ErrMissing) {
			t.Errorf("after the deletion: %v", err)
		}
		if _, err := os.Stat(v.file(name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the file: %v", err)
		}
	}
}

func testList(t *testing.T, v vessel) {
	content := sample(t, 77)
	name := v.put(t, content)
	stray := filepath.Join(v.folder, "sha256", "zz", name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(stray), 0o700), os.WriteFile(stray, content, 0o600)); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(stray)
	var keys []string
	found, strays := 0, 0
	err := v.List(t.Context(), func(o archive.Object) error {
		keys = append(keys, o.Key)
		switch {
		case o.Hash == name && o.Size == 77 && !o.Time.IsZero():
			found++
		case o.Hash == "":
			strays++
		}
		return nil
	})
	if err != nil || found != 1 || strays != 1 || !slices.IsSorted(keys) {
		t.Errorf("found %d, %d strays, %d keys, %v", found, strays, len(keys), err)
	}
	enough := errors.New("enough")
	if err := v.List(t.Context(), func(archive.Object) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("the callback's error became %v", err)
	}
}

func testCancelled(t *testing.T, v vessel) {
	content := sample(t, 3*chunk)
	name := v.put(t, content)
	ctx, cancel := context.WithCancel(t.Context())
	r, err := v.Get(ctx, name, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cancel()
	if got, err := io.ReadAll(r); !errors.Is(err, context.Canceled) || len(got) >= len(content) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	other := sample(t, 5)
	_, err = v.Put(ctx, other, pdfType)
	for call, err := range map[string]error{
		"put": err, "delete": v.Delete(ctx, name), "check": v.Check(ctx),
		"list": v.List(ctx, func(archive.Object) error { return nil }),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", call, err)
		}
	}
	if _, err := v.get(t, hashOf(other), 0, 0); !errors.Is(err, archive.ErrMissing) {
		t.Errorf("what was put too late: %v", err)
	}
	if _, err := v.Verify(t.Context(), name); err != nil {
		t.Errorf("what was deleted too late: %v", err)
	}
}

func testLarge(t *testing.T, v vessel) {
	const size, most = 20 << 20, 6 << 20
	var name string
	var group sync.WaitGroup
	content := sample(t, size)
	for range 2 { // more than one part each, at once
		group.Go(func() {
			if _, err := v.Put(t.Context(), content, pdfType); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	name, content = hashOf(content), nil
	before, total := heap(), int64(0)
	r, err := v.Get(t.Context(), name, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		n, err := io.CopyN(io.Discard, r, 2<<20)
		total += n
		if grown := int64(heap()) - int64(before); grown > most {
			t.Fatalf("after %d bytes the heap has grown by %d", total, grown)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if total != size-1 {
		t.Errorf("%d bytes", total)
	}
}

// heap is what is in use and not garbage, in bytes.
func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
