package main

import (
	"bytes"
	"os"
	"path/filepath"
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
	c := templateRenderCommand{
		Folder: builtIn, Data: data(t, ""), Out: out, Language: "de", Placeholders: true, PNG: 2, DPI: 50,
	}
	if err := c.Run(t.Context(), streams{}); err != nil {
		t.Error(err)
	}
	only(t, out, []byte("\x89PNG"))
	for _, wrong := range []templateRenderCommand{{PNG: 3, DPI: 50}, {PNG: -1, DPI: 50}, {PNG: 1, DPI: 10}} {
		c.PNG, c.DPI = wrong.PNG, wrong.DPI
		if err := c.Run(t.Context(), streams{}); err == nil {
			t.Errorf("drew page %d at %d dpi", c.PNG, c.DPI)
		}
	}
	only(t, out, []byte("\x89PNG"))
}

func TestTemplateRenderNeedsAFolderToWriteIn(t *testing.T) {
	c := templateRenderCommand{
		Folder: builtIn, Data: data(t, ""), Out: filepath.Join(t.TempDir(), "none", "a.pdf"), Language: "de", Placeholders: true,
	}
	if err := c.Run(t.Context(), streams{}); err == nil {
		t.Error("wrote into a folder that is not there")
	}
}
