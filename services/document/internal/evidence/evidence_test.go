package evidence_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/evidence"
)

// contents are those of a small package with every part.
func contents() evidence.Contents {
	at := time.Date(2026, 11, 26, 9, 30, 0, 5000, time.FixedZone("CET", 3600))
	return evidence.Contents{
		Subject: "signatureRequests/1", Created: at, Sent: []byte("%PDF-1.7 sent"), Signed: []byte("%PDF-1.7 signed"),
		AuditTrail: []byte("%PDF-1.7 trail"), Proof: map[string]string{"verdict": "PROVEN"},
		Events: []evidence.Event{
			{Time: at, Type: "SENT"},
			{Time: at, Type: "SIGNER_SIGNED", Attributes: map[string]string{"signer": "client", "a": "<ü>"}},
		},
		Origin: &evidence.Origin{Template: "nda@1.1", Language: "de", ValuesSHA256: strings.Repeat("0", 64)},
	}
}

func build(t *testing.T, c evidence.Contents) []byte {
	t.Helper()
	raw, err := evidence.Build(c)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func open(t *testing.T, raw []byte) evidence.Package {
	t.Helper()
	p, err := evidence.Open(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// damaged are the names of what is wrong, each with its fault.
func damaged(p evidence.Package) string {
	var all []string
	for _, d := range p.Damages {
		all = append(all, fmt.Sprintf("%s %s", d.Part, d.Fault))
	}
	return strings.Join(all, ", ")
}

// files are what any program finds in a ZIP.
func files(t *testing.T, raw []byte) (names []string, contents map[string]string) {
	t.Helper()
	reader, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	contents = map[string]string{}
	for _, f := range reader.File {
		file, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		if f.Method != zip.Store || len(f.Extra) > 0 || f.Flags != 0 || f.Modified.Year() != 1980 {
			t.Errorf("%s: method %d, extra %x, flags %x, time %v", f.Name, f.Method, f.Extra, f.Flags, f.Modified)
		}
		names, contents[f.Name] = append(names, f.Name), string(content)
	}
	return names, contents
}

func TestAPackageIsAnyProgramsZIP(t *testing.T) {
	names, got := files(t, build(t, contents()))
	if diff := cmp.Diff([]string{
		"README.txt", "sent.pdf", "signed.pdf", "audit-trail.pdf", "events.jsonl", "proof.json", "template.json", "manifest.json",
	}, names); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]string{
		"sent.pdf": "%PDF-1.7 sent", "audit-trail.pdf": "%PDF-1.7 trail", "proof.json": "{\n  \"verdict\": \"PROVEN\"\n}\n",
		"events.jsonl": `{"time":"2026-11-26T08:30:00.000005Z","type":"SENT"}` + "\n" +
			`{"time":"2026-11-26T08:30:00.000005Z","type":"SIGNER_SIGNED","attributes":{"a":"<ü>","signer":"client"}}` + "\n",
	} {
		if got[name] != want {
			t.Errorf("%s: %q", name, got[name])
		}
	}
	if !strings.Contains(got["template.json"], `"template": "nda@1.1"`) || !strings.Contains(got["manifest.json"],
		`"subject": "signatureRequests/1",`+"\n"+`  "created": "2026-11-26T08:30:00.000005Z"`) {
		t.Errorf("%s\n%s", got["template.json"], got["manifest.json"])
	}
	for _, word := range []string{"English", "Deutsch", "Français", "Italiano", "countersign verify", "head"} {
		if !strings.Contains(got["README.txt"], word) {
			t.Errorf("the README does not say %s", word)
		}
	}
	least := contents()
	least.AuditTrail, least.Origin, least.Events = nil, nil, nil
	names, _ = files(t, build(t, least))
	if got := strings.Join(names, " "); got != "README.txt sent.pdf signed.pdf events.jsonl proof.json manifest.json" {
		t.Errorf("without what is optional: %s", got)
	}
}

func TestTheSameContentsMakeTheSameBytes(t *testing.T) {
	first, again := build(t, contents()), build(t, contents())
	if !bytes.Equal(first, again) {
		t.Error("two packages differ")
	}
	p := open(t, first)
	if !p.Intact() || p.Subject != "signatureRequests/1" || len(p.Parts) != 8 || string(p.Part("signed.pdf")) != "%PDF-1.7 signed" {
		t.Errorf("read: %+v", p)
	}
	for _, part := range p.Parts {
		if !part.OK {
			t.Errorf("%s is not ok", part.Name)
		}
	}
	other := contents()
	other.Events[1].Attributes["a"] = "b"
	if q := open(t, build(t, other)); !q.Intact() || q.Head == p.Head || q.SHA256 == p.SHA256 {
		t.Errorf("another package has the head %s", q.Head)
	}
}

func TestAPackageNeedsItsParts(t *testing.T) {
	for name, edit := range map[string]func(*evidence.Contents){
		"sent":   func(c *evidence.Contents) { c.Sent = nil },
		"signed": func(c *evidence.Contents) { c.Signed = nil },
		"proof":  func(c *evidence.Contents) { c.Proof = nil },
	} {
		c := contents()
		edit(&c)
		if _, err := evidence.Build(c); !errors.Is(err, evidence.ErrIncomplete) {
			t.Errorf("without %s: %v", name, err)
		}
	}
	c := contents()
	c.Proof = make(chan int)
	if _, err := evidence.Build(c); err == nil {
		t.Error("a proof that is no JSON was packed")
	}
	c = contents()
	c.Sent, c.Signed = make([]byte, evidence.MaxBytes/2), make([]byte, evidence.MaxBytes/2)
	if _, err := evidence.Build(c); !errors.Is(err, evidence.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

// owner tells which part a byte of a package belongs to, from what archive/zip says.
func owner(t *testing.T, raw []byte) func(int) string {
	t.Helper()
	reader, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	type stretch struct {
		name string
		end  int64
	}
	var all []stretch
	end := int64(0)
	for _, f := range reader.File {
		offset, err := f.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		end = offset + int64(f.CompressedSize64)
		all = append(all, stretch{f.Name, end})
	}
	for _, f := range reader.File {
		end += 46 + int64(len(f.Name))
		all = append(all, stretch{f.Name, end})
	}
	if end+22 != int64(len(raw)) {
		t.Fatalf("the directory ends at %d of %d", end, len(raw))
	}
	return func(at int) string {
		for _, s := range all {
			if int64(at) < s.end {
				return s.name
			}
		}
		return evidence.Structure
	}
}

// Flipping any byte, in whatever way, names the part it belongs to and nothing else.
func TestEveryByteIsGuarded(t *testing.T) {
	raw := build(t, contents())
	belongs := owner(t, raw)
	for at := range raw {
		for _, mask := range []byte{0x01, 0xff} {
			changed := bytes.Clone(raw)
			changed[at] ^= mask
			if got, want := damaged(open(t, changed)), belongs(at)+" CHANGED"; got != want {
				t.Errorf("byte %d ^ %02x: %q, want %q", at, mask, got, want)
			}
		}
	}
	t.Logf("%d bytes", len(raw))
}

// A file that was cut off anywhere is not intact, and what was cut is named.
func TestATruncatedPackageIsRefused(t *testing.T) {
	raw := build(t, contents())
	for n := range raw {
		if p := open(t, raw[:n]); p.Intact() {
			t.Errorf("%d of %d bytes are intact", n, len(raw))
		}
	}
	at := bytes.Index(raw, []byte("1.7 signed"))
	if got := damaged(open(t, raw[:at])); got != "signed.pdf CHANGED, manifest.json MISSING" {
		t.Errorf("cut in signed.pdf: %s", got)
	}
}

func TestACancelledReadingSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := evidence.Open(ctx, build(t, contents())); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
