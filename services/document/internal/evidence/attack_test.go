package evidence_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"hash/crc32"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/evidence"
)

// file is one entry of a ZIP that somebody else made.
type file struct {
	name, content string
	method        uint16
	extra         string
	flags         uint16
}

// entries are those of the small package.
func entries(t *testing.T) []file {
	t.Helper()
	names, contents := files(t, build(t, contents()))
	var all []file
	for _, name := range names {
		all = append(all, file{name: name, content: contents[name]})
	}
	return all
}

// packed writes entries in the form of a package, but for what they say themselves.
func packed(t *testing.T, comment string, all []file) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range all {
		stored := []byte(f.content)
		if f.method == zip.Deflate {
			var small bytes.Buffer
			w, err := flate.NewWriter(&small, 9)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(stored); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			stored = small.Bytes()
		}
		w, err := z.CreateRaw(&zip.FileHeader{
			Name: f.name, Method: f.method, Extra: []byte(f.extra), Flags: f.flags, ModifiedDate: 33,
			CRC32: crc32.ChecksumIEEE([]byte(f.content)), CreatorVersion: 20, ReaderVersion: 20,
			CompressedSize64: uint64(len(stored)), UncompressedSize64: uint64(len(f.content)),
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(stored); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.SetComment(comment); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const (
	sent = iota + 1
	signed
	trail
	manifest = 7
)

func TestAnAlteredZIPIsRefusedByName(t *testing.T) {
	if !open(t, packed(t, "", entries(t))).Intact() {
		t.Fatal("the test does not write what a package is")
	}
	for name, c := range map[string]struct {
		edit func([]file) []file
		want string // a regular expression
	}{
		"a part is gone":           {func(f []file) []file { return append(f[:signed], f[trail:]...) }, "^signed.pdf MISSING$"},
		"the manifest is gone":     {func(f []file) []file { return f[:manifest] }, "^manifest.json MISSING"},
		"nothing is left":          {func([]file) []file { return nil }, "^manifest.json MISSING"},
		"an unknown part":          {func(f []file) []file { return append(f, file{name: "more.txt"}) }, "^package structure CHANGED$"},
		"an unknown part in front": {func(f []file) []file { return append([]file{{name: "more.txt"}}, f...) }, "package structure CHANGED$"},
		"a path that leads out":    {func(f []file) []file { f[sent].name = "../sent.pdf"; return f }, "package structure CHANGED$"},
		"an absolute path":         {func(f []file) []file { f[sent].name = "/sent.pdf"; return f }, "package structure CHANGED$"},
		"a name in capitals":       {func(f []file) []file { f[sent].name = "SENT.PDF"; return f }, "package structure CHANGED$"},
		"an empty name":            {func(f []file) []file { f[sent].name = ""; return f }, "package structure CHANGED$"},
		"a name twice":             {func(f []file) []file { return append(f, f[sent]) }, "CHANGED$"},
		"a name twice, side by side": {func(f []file) []file { return append(f[:signed:signed], f[sent:]...) },
			"^sent.pdf CHANGED, manifest.json MISSING$"},
		"another order":         {func(f []file) []file { f[sent], f[signed] = f[signed], f[sent]; return f }, "sent.pdf CHANGED"},
		"a part after the last": {func(f []file) []file { f[trail], f[manifest] = f[manifest], f[trail]; return f }, "CHANGED"},
		"a compressed part":     {func(f []file) []file { f[sent].method = zip.Deflate; return f }, "^sent.pdf CHANGED"},
		"an extra field":        {func(f []file) []file { f[sent].extra = "\x55\x54\x00\x00"; return f }, "sent.pdf CHANGED"},
		"a flag":                {func(f []file) []file { f[sent].flags = 0x800; return f }, "^sent.pdf CHANGED$"},
		"another content":       {func(f []file) []file { f[signed].content = "%PDF-1.7 singed"; return f }, "^signed.pdf CHANGED$"},
		"a longer content":      {func(f []file) []file { f[signed].content += " "; return f }, "^signed.pdf CHANGED$"},
		"no content":            {func(f []file) []file { f[signed].content = ""; return f }, "^signed.pdf CHANGED$"},
		"two contents swapped": {func(f []file) []file {
			f[sent].content, f[signed].content = f[signed].content, f[sent].content
			return f
		},
			"^sent.pdf CHANGED, signed.pdf CHANGED$"},
	} {
		if got := damaged(open(t, packed(t, "", c.edit(entries(t))))); !regexp.MustCompile(c.want).MatchString(got) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAnAlteredManifestIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ old, instead string }{
		"another size":       {`"size": 13`, `"size": 14`},
		"another media type": {"application/pdf", "application/xml"},
		"another name":       {`"sent.pdf"`, `"tent.pdf"`},
		"another hash":       {`"sha256": "`, `"sha256": "0`},
		"another link":       {`"chain": "`, `"chain": "0`},
		"another head":       {`"head": "`, `"head": "0`},
		"another key":        {`"subject"`, `"Subject"`},
		"a key more":         {`"subject"`, `"more": 1,` + "\n" + `  "subject"`},
		"a key twice":        {`  "subject"`, `  "subject": "x",` + "\n" + `  "subject"`},
		"another form":       {"\n  ", "\n   "},
		"something after it": {"\n}\n", "\n}\n{}"},
		"no JSON":            {"{", "["},
		"a number too large": {`"size": 13`, `"size": 1e999`},
		"no entries":         {`"entries": [`, `"entries": null, "x": [`},
	} {
		all := entries(t)
		altered := strings.Replace(all[manifest].content, c.old, c.instead, 1)
		if altered == all[manifest].content {
			t.Fatalf("%s changes nothing", name)
		}
		all[manifest].content = altered
		p := open(t, packed(t, "", all))
		if damaged(p) != "manifest.json CHANGED" || p.Head != "" || p.Parts[0].OK {
			t.Errorf("%s: %s, head %q", name, damaged(p), p.Head)
		}
	}
	all := entries(t)
	all[manifest].content += strings.Repeat(" ", 1<<20)
	if got := damaged(open(t, packed(t, "", all))); got != "manifest.json CHANGED" {
		t.Errorf("a manifest that is too large: %s", got)
	}
}

// A manifest speaks for its own package only.
func TestAManifestOfAnotherPackageIsRefused(t *testing.T) {
	least := contents()
	least.AuditTrail = nil
	_, of := files(t, build(t, least))
	all := entries(t)
	all[manifest].content = of["manifest.json"]
	if got := damaged(open(t, packed(t, "", all))); got != "audit-trail.pdf UNEXPECTED" {
		t.Errorf("a part that the manifest does not name: %s", got)
	}
}

func TestWhatIsAroundAPackageIsRefused(t *testing.T) {
	raw := build(t, contents())
	for name, c := range map[string]struct {
		raw  []byte
		want string
	}{
		"bytes behind":     {append(bytes.Clone(raw), 0), "package structure CHANGED"},
		"bytes in front":   {append([]byte{'x'}, raw...), "manifest.json MISSING, package structure CHANGED"},
		"a package behind": {append(bytes.Clone(raw), raw...), "package structure CHANGED"},
		"a comment":        {packed(t, "hello", entries(t)), "package structure CHANGED"},
		"nothing":          {nil, "manifest.json MISSING, package structure CHANGED"},
		"two letters":      {[]byte("PK"), "manifest.json MISSING, package structure CHANGED"},
		"an empty ZIP":     {raw[len(raw)-22:], "manifest.json MISSING, package structure CHANGED"},
		"too much":         {make([]byte, evidence.MaxBytes+1), "package structure CHANGED"},
	} {
		if got := damaged(open(t, c.raw)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// What is said of a hostile file is of our own words.
func TestNoNameOfAFileIsRepeated(t *testing.T) {
	all := entries(t)
	all[sent].name = "Ada Muster.pdf"
	p := open(t, packed(t, "Ada Muster", all))
	for _, part := range p.Parts {
		if strings.Contains(part.Name, "Ada") {
			t.Error(part.Name)
		}
	}
	if strings.Contains(damaged(p), "Ada") {
		t.Error(damaged(p))
	}
}

// A bomb is as large as its file: nothing is decompressed.
func TestABombIsNotLit(t *testing.T) {
	all := entries(t)
	all[signed] = file{name: "signed.pdf", content: strings.Repeat("\x00", 48<<20), method: zip.Deflate}
	raw := packed(t, "", all)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	p := open(t, raw)
	runtime.ReadMemStats(&after)
	if p.Intact() || !strings.Contains(damaged(p), "signed.pdf CHANGED") {
		t.Errorf("damaged: %s", damaged(p))
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Errorf("%d bytes for a file of %d", used, len(raw))
	}
}

// Whoever changes the manifest too has another package: only its head and its hash tell.
func TestAConsistentPackageHasAnotherHead(t *testing.T) {
	other := contents()
	other.Signed = []byte("%PDF-1.7 forged")
	p, q := open(t, build(t, contents())), open(t, build(t, other))
	if !q.Intact() || p.Head == q.Head || p.SHA256 == q.SHA256 {
		t.Errorf("heads %s and %s", p.Head, q.Head)
	}
}

// Whatever is intact is exactly what Build makes of its parts.
func FuzzVerify(f *testing.F) {
	raw, err := evidence.Build(contents())
	if err != nil {
		f.Fatal(err)
	}
	least := contents()
	least.AuditTrail, least.Origin, least.Events = nil, nil, nil
	small, err := evidence.Build(least)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{raw, small, raw[:200], raw[len(raw)-200:], append(bytes.Clone(small), small...), {}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		p := open(t, raw)
		if len(p.Parts) > 8 {
			t.Fatalf("%d parts", len(p.Parts))
		}
		if !p.Intact() {
			return
		}
		names, contents := files(t, raw)
		if len(names) != len(p.Parts) || p.Head == "" {
			t.Fatalf("%d parts of %d, head %q", len(p.Parts), len(names), p.Head)
		}
		for _, part := range p.Parts {
			if !part.OK || string(part.Content) != contents[part.Name] {
				t.Errorf("%s is not what others read", part.Name)
			}
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	c := contents()
	c.Sent, c.Signed, c.AuditTrail = make([]byte, 1<<20), make([]byte, 2<<20), make([]byte, 1<<20)
	raw, err := evidence.Build(c)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if p, err := evidence.Open(b.Context(), raw); err != nil || !p.Intact() {
			b.Fatal(err)
		}
	}
}
