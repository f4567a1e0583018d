package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const builtIn = "../../document/templates/nda"

// data writes a file of values.
func data(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// only fails when a folder holds anything else than one file with this content.
func only(t *testing.T, path string, want []byte) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files in the folder, %v", len(entries), err)
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.HasPrefix(got, want) {
		t.Errorf("%.20q, %v; want %q", got, err, want)
	}
}

func TestTemplateRenderWritesTheFileOrNothing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(out, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := templateRenderCommand{Folder: builtIn, Data: data(t, "deal.name: Umbau"), Out: out, Language: "de"}
	if err := c.Run(t.Context(), streams{}); err == nil {
		t.Error("rendered without required values")
	}
	only(t, out, []byte("before"))
	c.Placeholders = true
	if err := c.Run(t.Context(), streams{}); err != nil {
		t.Error(err)
	}
	only(t, out, []byte("%PDF-1.7"))
	c.Data = filepath.Join(t.TempDir(), "none")
	if err := c.Run(t.Context(), streams{}); err == nil {
		t.Error("rendered without data")
	}
	only(t, out, []byte("%PDF-1.7"))
}

func TestTemplateRenderDrawsAPage(t *testing.T) {
	out := filepath.Join(t.TempDir(), "a.png")
	values := data(t, "")
	render := func(more ...string) (status int, errOut string) {
		t.Helper()
		args := []string{"template", "render", "--placeholders", "--data", values, "--out", out, builtIn}
		status, _, errOut = command(t, nil, append(args, more...)...)
		return status, errOut
	}
	if status, errOut := render("--language=de", "--png=2", "--dpi=50"); status != 0 {
		t.Fatal(errOut)
	}
	only(t, out, []byte("\x89PNG"))
	drawn, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"--language=de --png=9":            "the document has 2 pages",
		"--language=de --png=0":            "--png: pages count from 1",
		"--language=de --png=-1":           "--png: pages count from 1",
		"--language=de --png=1 --dpi=9999": "--dpi: want 36 to 300",
		"--language=de --png=1 --dpi=0":    "--dpi: want 36 to 300",
		"--language=de --dpi=50":           "--dpi: there is no --png",
		"--language=xx":                    "name a language of the template: de, ",
		"--png=1":                          "name a language of the template: de, ",
	} {
		if status, errOut := render(strings.Fields(line)...); status != 64 || !strings.Contains(errOut, want) {
			t.Errorf("%s: status %d, %s", line, status, errOut)
		}
	}
	only(t, out, drawn)
}

func TestTemplateRenderNamesTheFileOfValues(t *testing.T) {
	values, out := data(t, "a: [secret]"), filepath.Join(t.TempDir(), "a.pdf")
	for path, want := range map[string]string{values: values + ":1: a value is", "-": "the standard input:1: a value is"} {
		status, _, errOut := command(t, []byte("a: [secret]"), "template", "render", "--data", path, "--out", out, builtIn)
		if status != 1 || !strings.Contains(errOut, want) || strings.Contains(errOut, "secret") {
			t.Errorf("status %d, %s", status, errOut)
		}
	}
}

// Whoever has enough of waiting for values can stop.
func TestTemplateRenderInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	never, end := io.Pipe()
	defer end.Close()
	cancel()
	c := templateRenderCommand{Folder: builtIn, Data: "-", Out: "-"}
	if err := c.Run(ctx, streams{in: never}); err == nil || err.Error() != "interrupted" {
		t.Errorf("got %v", err)
	}
}

func TestTemplateRenderNeedsAFolderToWriteIn(t *testing.T) {
	c := templateRenderCommand{
		Folder: builtIn, Data: data(t, ""), Out: filepath.Join(t.TempDir(), "none", "a.pdf"), Language: "de", Placeholders: true,
	}
	if err := c.Run(t.Context(), streams{}); err == nil {
		t.Error("wrote into a folder that is not there")
	}
}
