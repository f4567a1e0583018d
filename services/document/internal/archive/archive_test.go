package archive_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/countersign/countersign/services/document/internal/archive"
)

func open(t *testing.T) (*archive.Archive, string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "archive")
	a, err := archive.Open(t.Context(), "file://"+folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a, folder
}

func put(t *testing.T, a *archive.Archive, content []byte) string {
	t.Helper()
	name, err := a.Put(t.Context(), content)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func get(t *testing.T, a *archive.Archive, name string) ([]byte, error) {
	t.Helper()
	r, err := a.Get(t.Context(), name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func TestWhatIsPutComesBackWhateverItsSize(t *testing.T) {
	a, _ := open(t)
	for _, size := range []int{0, 1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 3 * 256 << 10, 1_000_000} {
		content := bytes.Repeat([]byte{byte(size), 'x', 'y'}, size/3+1)[:size]
		name := put(t, a, content)
		if again := put(t, a, content); again != name {
			t.Errorf("size %d: put twice under %s and %s", size, name, again)
		}
		if got, err := get(t, a, name); err != nil || !bytes.Equal(got, content) {
			t.Errorf("size %d: got %d bytes, %v", size, len(got), err)
		}
	}
}

func TestDamageIsFoundBeforeTheLastBytesAreGivenOut(t *testing.T) {
	for _, size := range []int{10, 256 << 10, 700_000} {
		a, folder := open(t)
		name := put(t, a, bytes.Repeat([]byte{'x'}, size))
		path := filepath.Join(folder, "sha256", name[:2], name)
		damaged := bytes.Repeat([]byte{'x'}, size)
		damaged[0] = 'y'
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := get(t, a, name); !errors.Is(err, archive.ErrDamaged) || len(got) >= size {
			t.Errorf("size %d: %d bytes given out, err = %v", size, len(got), err)
		}
	}
}

func TestAFileThatIsThereIsNotWrittenAgain(t *testing.T) {
	a, folder := open(t)
	name := put(t, a, []byte("first"))
	path := filepath.Join(folder, "sha256", name[:2], name)
	if err := os.WriteFile(path, []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	put(t, a, []byte("first"))
	if content, err := os.ReadFile(path); err != nil || string(content) != "changed" {
		t.Fatalf("the file was written again: %q, %v", content, err)
	}
}

func TestNothingAndNonsenseAreErrors(t *testing.T) {
	a, _ := open(t)
	if _, err := get(t, a, "00ff"); !errors.Is(err, archive.ErrMissing) {
		t.Errorf("err = %v", err)
	}
	for _, location := range []string{"", "mem://", "/var/archive", "file://"} {
		if _, err := archive.Open(t.Context(), location); err == nil {
			t.Errorf("%q was opened", location)
		}
	}
}
