package document_test

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document"
	"github.com/countersign/countersign/services/sim/pki"
)

func file(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func root(t *testing.T) string {
	t.Helper()
	authority, err := pki.Open("")
	if err != nil {
		t.Fatal(err)
	}
	return string(authority.RootPEM())
}

const manifest = `id: offer
version: "1"
languages:
  de: {title: "Offerte {{deal.name}}", file_name: "Offerte.pdf"}
roles: [{id: client, labels: {de: Kunde}}]
variables: [{name: deal.name, type: text, required: true}]
`

const body = `# Offerte {{deal.name}}

Ein Absatz.

:::signatures
client: {{deal.name}}
:::
`

// template makes a folder of templates with one in it.
func template(t *testing.T, id, manifest, body string) string {
	t.Helper()
	folder := t.TempDir()
	file(t, filepath.Join(folder, id, "manifest.yaml"), manifest)
	file(t, filepath.Join(folder, id, "de.md"), body)
	return folder
}

// refused checks that a configuration is refused by the check and at start, and that the error names every word.
func refused(t *testing.T, cfg document.Config, words ...string) {
	t.Helper()
	_, startErr := document.New(t.Context(), cfg, t.TempDir(), slog.New(slog.NewTextHandler(io.Discard, nil)))
	for name, err := range map[string]error{"check": cfg.Check(), "start": startErr} {
		if err == nil {
			t.Errorf("%s: taken", name)
			continue
		}
		for _, word := range words {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %q does not name %q", name, err, word)
			}
		}
	}
}

func TestNoSettingIsNeeded(t *testing.T) {
	if err := document.DefaultConfig().Check(); err != nil {
		t.Fatal(err)
	}
}

func TestTrustAnchorsThatCannotBeReadAreRefused(t *testing.T) {
	good := root(t)
	for name, content := range map[string]string{
		"empty":        "\n",
		"no PEM":       "hello",
		"private key":  "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"cut":          good[:len(good)/2],
		"unknown word": "Proves: EVERYTHING\n" + good,
		"second cut":   good + good[:len(good)/2],
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t, filepath.Join(t.TempDir(), "anchors.pem"), content)
			refused(t, document.Config{TrustAnchors: []string{path}}, "document.trust_anchors")
		})
	}
	missing := filepath.Join(t.TempDir(), "missing.pem")
	refused(t, document.Config{TrustAnchors: []string{missing}}, "document.trust_anchors", "missing.pem")
}

func TestTrustAnchorsComeFromSeveralFiles(t *testing.T) {
	folder := t.TempDir()
	cfg := document.Config{TrustAnchors: []string{
		file(t, filepath.Join(folder, "a.pem"), "Proves: QES-EIDAS TIMESTAMP\n"+strings.TrimRight(root(t), "\n")),
		file(t, filepath.Join(folder, "b.pem"), root(t)),
	}}
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
}

func TestAMistakeInATemplateIsNamedByFileAndLine(t *testing.T) {
	cases := map[string]struct {
		manifest, body string
		words          []string
	}{
		"unknown key":      {manifest + "colour: red\n", body, []string{"manifest.yaml:7", "colour"}},
		"broken YAML":      {"id: [\n", body, []string{"manifest.yaml"}},
		"unknown variable": {manifest, strings.Replace(body, "Ein Absatz.", "Ein {{deal.colour}}.", 1), []string{"de.md:3", "deal.colour"}},
		"HTML":             {manifest, strings.Replace(body, "Ein Absatz.", "<b>Ein</b> Absatz.", 1), []string{"de.md:3"}},
		"no role":          {strings.Replace(manifest, "[{id: client, labels: {de: Kunde}}]", "[]", 1), body, []string{"manifest.yaml", "role"}},
		"no text":          {strings.Replace(manifest, "  de:", "  fr:", 1), body, []string{"fr"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			folder := template(t, "offer", c.manifest, c.body)
			refused(t, document.Config{Templates: folder}, append(c.words, "document.templates", "template offer")...)
		})
	}
}

func TestEverythingWrongIsToldAtOnce(t *testing.T) {
	cfg := document.Config{
		TrustAnchors: []string{filepath.Join(t.TempDir(), "missing.pem")}, Templates: filepath.Join(t.TempDir(), "none"),
	}
	err := cfg.Check()
	if err == nil || !strings.Contains(err.Error(), "document.trust_anchors") || !strings.Contains(err.Error(), "document.templates") {
		t.Errorf("err = %v", err)
	}
	refused(t, document.Config{Templates: cfg.Templates}, "document.templates", cfg.Templates)
}

func TestAnArchiveThatCannotBeIsRefused(t *testing.T) {
	for _, cfg := range []document.Config{
		{Archive: "archive"}, {Archive: "ftp://bucket"}, {Archive: "s3://bucket?access_key=x"}, {Archive: "file://folder"},
		{Archive: "s3://bucket", ArchiveLock: "compliance"}, {Archive: "s3://bucket", ArchiveLockDays: 10},
		{ArchiveLock: "governance", ArchiveLockDays: 10},
	} {
		refused(t, cfg, "archive")
	}
}

func TestAnArchiveThatCannotBeWrittenEndsTheStart(t *testing.T) {
	taken := file(t, filepath.Join(t.TempDir(), "taken"), "x")
	folder := t.TempDir()
	file(t, filepath.Join(folder, "sha256"), "x")
	for _, location := range []string{"file://" + taken, "file://" + folder} {
		_, err := document.New(t.Context(), document.Config{Archive: location}, t.TempDir(), slog.Default())
		if err == nil {
			t.Errorf("%s was opened", location)
		}
	}
}

// TestTheFolderOfTemplates may be a Git clone, or a volume of Kubernetes, which is links to a hidden folder.
func TestTheFolderOfTemplates(t *testing.T) {
	folder := t.TempDir()
	file(t, filepath.Join(folder, "..data", "offer", "manifest.yaml"), manifest)
	file(t, filepath.Join(folder, "..data", "offer", "de.md"), "{{deal.colour}}")
	file(t, filepath.Join(folder, ".git", "config"), "")
	file(t, filepath.Join(folder, "README.md"), "")
	if err := (document.Config{Templates: folder}).Check(); err != nil {
		t.Errorf("hidden folders and files: %v", err)
	}
	if err := os.Symlink(filepath.Join("..data", "offer"), filepath.Join(folder, "offer")); err != nil {
		t.Fatal(err)
	}
	refused(t, document.Config{Templates: folder}, "template offer", "de.md:1", "deal.colour")
	file(t, filepath.Join(folder, "..data", "offer", "de.md"), body)
	if err := (document.Config{Templates: folder}).Check(); err != nil {
		t.Errorf("a link: %v", err)
	}
	file(t, filepath.Join(folder, "second", "manifest.yaml"), manifest)
	file(t, filepath.Join(folder, "second", "de.md"), body)
	refused(t, document.Config{Templates: folder}, "offer and second have the same id")
}
