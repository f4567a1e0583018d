package pki

import (
	"bytes"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestOpenKeepsTheRoot(t *testing.T) {
	dir, now := filepath.Join(t.TempDir(), "trust"), time.Now()
	first := mustOpen(t, dir)
	i, err := first.Person(Person{LastName: "Curie"}, "QES", now)
	if err != nil {
		t.Fatal(err)
	}
	second := mustOpen(t, dir)
	if !bytes.Equal(first.RootPEM(), second.RootPEM()) {
		t.Fatal("the root changed")
	}
	later, err := second.Person(Person{LastName: "Curie"}, "QES", now)
	if err != nil {
		t.Fatal(err)
	}
	if err := trusts(t, second, i, now); err != nil {
		t.Error(err)
	}
	if err := trusts(t, first, later, now); err != nil {
		t.Error(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	if info, err := files[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	if bytes.Equal(first.RootPEM(), mustOpen(t, "").RootPEM()) {
		t.Error("an authority in memory is not new")
	}
}

func TestOpenAtTheSameMoment(t *testing.T) {
	dir := t.TempDir()
	roots := make([][]byte, 8)
	var group sync.WaitGroup
	for n := range roots {
		group.Go(func() {
			if a, err := Open(dir); err != nil {
				t.Error(err)
			} else {
				roots[n] = a.RootPEM()
			}
		})
	}
	group.Wait()
	for _, root := range roots {
		if !bytes.Equal(root, roots[0]) {
			t.Fatal("two roots came to be")
		}
	}
}

func TestOpenRefusesDamage(t *testing.T) {
	dir := t.TempDir()
	mustOpen(t, dir)
	path := filepath.Join(dir, keptName)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := encode(mustOpen(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":             {"", "missing"},
		"no block":          {"trust me", "missing"},
		"short":             {string(good[:len(good)/2]), "missing"},
		"too large":         {strings.Repeat("x", keptLimit+1), "too large"},
		"surprise":          {strings.ReplaceAll(string(good), "PRIVATE KEY", "SURPRISE"), "another kind"},
		"root of another":   {mixed(good, other, 0, 1), "verification"},
		"issuer of another": {mixed(good, other, 4, 5), "verification"},
		"root key":          {mixed(good, other, 1), "does not belong"},
		"issuer key":        {mixed(good, other, 5), "does not belong"},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		if left, err := os.ReadFile(path); err != nil || string(left) != c.text {
			t.Errorf("%s: the file was overwritten", name)
		}
	}
}

// mixed is the kept file good with some of its blocks taken from other.
func mixed(good, other []byte, blocks ...int) string {
	var text []byte
	for i := 0; ; i++ {
		var mine, theirs *pem.Block
		mine, good = pem.Decode(good)
		theirs, other = pem.Decode(other)
		if mine == nil || theirs == nil {
			return string(text)
		}
		if slices.Contains(blocks, i) {
			mine = theirs
		}
		text = append(text, pem.EncodeToMemory(mine)...)
	}
}

func TestOpenRefusesAFileForADirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil {
		t.Error("it was opened")
	}
}

// FuzzDecode checks that whatever a kept file says, an authority that opens can issue what its own root vouches for.
func FuzzDecode(f *testing.F) {
	good, err := encode(mustOpen(f, ""))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add(bytes.Replace(good, []byte("Purpose: ROOT"), []byte("Purpose: AES"), 1))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := decode(text)
		if err != nil {
			return
		}
		now := a.root.certificate.NotBefore.Add(backdated)
		i, err := a.Person(Person{LastName: "Curie"}, "QES", now)
		if err != nil {
			t.Fatal(err)
		}
		if err := trusts(t, a, i, now); err != nil {
			t.Fatal(err)
		}
	})
}
