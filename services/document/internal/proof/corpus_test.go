package proof_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/proof"
)

// specimen is one file of the corpus and what we say of it when nothing is asked but what it proves.
type specimen struct {
	name    string
	file    []byte
	verdict proof.Verdict
	reason  string
}

// corpus makes every specimen, and the verifier for them.
func corpus(tb testing.TB) (*world, *proof.Verifier, []specimen) {
	tb.Helper()
	w := newWorld(tb)
	a := newAuthority(tb, w.now)
	anchors := must(proof.NewAnchors([]byte(everything + string(w.pki.RootPEM()) + everything + string(a.pem()))))(tb)
	m := maker{world: w, authority: a}
	m.signed = w.sign(sent(), "client", w.person("Anna", "Müller", "QES"))
	m.plain = signByHand(tb, sent(), client(), detached, w.detached(w.person("Anna", "Müller", "QES")))
	m.algorithms()
	m.permitted()
	m.bytesChanged()
	m.ranges()
	m.updates()
	m.certificates()
	m.messages()
	m.files()
	return w, proof.New(anchors, proof.Options{}), m.list
}

func TestCorpus(t *testing.T) {
	w, verifier, list := corpus(t)
	if len(list) < 40 {
		t.Errorf("%d files, want at least 40", len(list))
	}
	seen := map[string]bool{}
	for _, s := range list {
		t.Run(s.name, func(t *testing.T) {
			if seen[s.name] {
				t.Error("the name is taken")
			}
			seen[s.name] = true
			expect(t, verifier.Verify(t.Context(), proof.Request{Signed: s.file, Now: w.now}), s.verdict, s.reason)
		})
	}
}

// corpusFolder names the folder that TestCorpusAgainstPeers writes to.
const corpusFolder = "COUNTERSIGN_CORPUS"

// TestCorpusAgainstPeers writes the corpus to a folder and prints a table of what we and other tools on this machine say.
// The tools differ in what they answer; the table judges nobody.
func TestCorpusAgainstPeers(t *testing.T) {
	folder := os.Getenv(corpusFolder)
	if folder == "" {
		t.Skipf("%s names no folder: the same files are judged by TestCorpus; make corpus asks other tools too", corpusFolder)
	}
	w, verifier, list := corpus(t)
	if err := os.MkdirAll(folder, 0o750); err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("| file | ours | pdfsig | mutool |\n|---|---|---|---|\n")
	for _, s := range list {
		path := filepath.Join(folder, strings.ReplaceAll(s.name, " ", "-")+".pdf")
		if err := os.WriteFile(path, s.file, 0o600); err != nil {
			t.Fatal(err)
		}
		r := verifier.Verify(t.Context(), proof.Request{Signed: s.file, Now: w.now})
		fmt.Fprintf(&table, "%s%s | %s |\n", row(s, r),
			peer(t, path, pdfsigSays, "pdfsig", "-nocert"), peer(t, path, mutoolSays, "mutool", "sign", "-v"))
	}
	t.Logf("%d files in %s\n%s", len(list), folder, table.String())
}

// row starts a specimen's line of the table.
func row(s specimen, r proof.Report) string {
	ours := string(r.Verdict)
	if d := r.Deciding()[0]; r.Verdict != proof.Proven {
		ours += " " + d.Reason
	}
	return fmt.Sprintf("| %s | %s | ", s.name, ours)
}

// TestCorpusPage holds what corpus.md says of us against what we say.
func TestCorpusPage(t *testing.T) {
	page := string(must(os.ReadFile("corpus.md"))(t))
	_, table, _ := strings.Cut(page, "| file | ours |")
	w, verifier, list := corpus(t)
	for _, s := range list {
		want := row(s, verifier.Verify(t.Context(), proof.Request{Signed: s.file, Now: w.now}))
		if !strings.Contains(table, "\n"+want) {
			t.Errorf("no line starts with %q: run make corpus", want)
		}
	}
	if rows := strings.Count(table, "\n| "); rows != len(list) {
		t.Errorf("%d lines for %d files", rows, len(list))
	}
}

// peer runs a tool on a file and sums up what it prints.
func peer(t *testing.T, path string, says func(string) string, command ...string) string {
	t.Helper()
	program, err := exec.LookPath(command[0])
	if err != nil {
		return "not installed"
	}
	// The tools end with an error for files they do not like; what they print is the answer.
	out, err := exec.CommandContext(t.Context(), program, append(command[1:], path)...).CombinedOutput()
	if answer := says(string(out)); answer != "" {
		return answer
	}
	return fmt.Sprintf("no answer (%v)", err)
}

func pdfsigSays(out string) string {
	var words []string
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "- "))
		switch {
		case strings.HasPrefix(line, "Signature Validation: "):
			words = append(words, strings.TrimSuffix(strings.TrimPrefix(line, "Signature Validation: "), "."))
		case line == "Total document signed", line == "Not total document signed":
			words = append(words, strings.ToLower(line))
		case strings.Contains(line, "contain any signatures"):
			words = append(words, "no signatures")
		}
	}
	return strings.Join(words, "; ")
}

func mutoolSays(out string) string {
	var words []string
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		known := slices.ContainsFunc([]string{"Verifying signature", "warning:", "Distinguished name:", "Certificate error:"},
			func(prefix string) bool { return strings.HasPrefix(line, prefix) })
		if line == "" || known {
			continue // the certificate is of nobody the tool was told to trust
		}
		words = append(words, strings.ReplaceAll(line, "|", "/"))
	}
	return strings.Join(words, "; ")
}
