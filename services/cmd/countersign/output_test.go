package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What is no file is written into, a symbolic link is followed, and none of them is gone afterwards.
func TestWriteOutputKeepsWhatIsNoFile(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	if err := os.WriteFile("a.pdf", []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.pdf", "link.pdf"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo("pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	received := make(chan []byte, 1)
	go func() {
		content, _ := os.ReadFile("pipe") // the test sees what came
		received <- content
	}()
	for path, mode := range map[string]os.FileMode{
		"link.pdf": os.ModeSymlink, "pipe": os.ModeNamedPipe, "new.pdf": 0,
	} {
		if err := writeOutput(t.Context(), path, []byte("content"), io.Discard); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		about, err := os.Lstat(path)
		if err != nil || about.Mode().Type() != mode {
			t.Fatalf("%s: became %v, %v", path, about, err)
		}
	}
	if got := <-received; string(got) != "content" {
		t.Errorf("through the pipe came %q", got)
	}
	for _, path := range []string{"a.pdf", "new.pdf"} {
		if got, err := os.ReadFile(path); err != nil || string(got) != "content" {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
	var standard bytes.Buffer
	if err := writeOutput(t.Context(), "-", []byte("content"), &standard); err != nil || standard.String() != "content" {
		t.Errorf("standard output: %q, %v", standard.String(), err)
	}
}

// The message names the file that the user named, and nothing stays behind.
func TestWriteOutputNamesItsTarget(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	if err := os.WriteFile("file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("none", "dangling"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		".":          ".: is a folder, not a file",
		"none/a.pdf": "none/a.pdf: the folder that it goes to is not there",
		"dangling":   "dangling: is a symbolic link to nothing",
		"file/a.pdf": "file/a.pdf: not a directory",
	} {
		if err := writeOutput(t.Context(), path, nil, io.Discard); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if entries, err := os.ReadDir("."); err != nil || len(entries) != 2 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestWriteOutputToAPipeThatNobodyReadsCanBeStopped(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := writeOutput(ctx, pipe, nil, io.Discard); err == nil || !strings.HasSuffix(err.Error(), "interrupted") {
		t.Errorf("got %v", err)
	}
	end, err := os.OpenFile(pipe, os.O_RDWR, 0) // lets the writer end
	if err != nil {
		t.Fatal(err)
	}
	defer end.Close()
}

// A script whose variable is not set must not drop a check.
func TestNoValueIsEmpty(t *testing.T) {
	for _, line := range []string{
		"verify --sent= a.pdf", "verify --level= a.pdf", "verify --trusted-lists= a.pdf", "verify --legislation= a.pdf",
		"verify --anchors= a.pdf", "verify --revocation= a.pdf", "verify --signer= a.pdf", "verify --signatures= a.pdf",
		"verify --at= a.pdf", "template render --data a --out= x", "template render --data= --out a x",
		"template render --data a --out a --language= x",
	} {
		flag := line[strings.Index(line, "="):]
		name := strings.Fields(strings.TrimSuffix(line, flag))
		if status, _, errOut := command(t, nil, strings.Fields(line)...); status != 64 || !strings.Contains(errOut, name[len(name)-1]) {
			t.Errorf("%s: status %d, %s", line, status, errOut)
		}
	}
	for _, args := range [][]string{{"verify", ""}, {"template", "check", ""}, {"template", "render", "--data=a", "--out=a", ""}} {
		if status, _, errOut := command(t, nil, args...); status != 64 || !strings.Contains(errOut, "empty") {
			t.Errorf("%v: status %d, %s", args, status, errOut)
		}
	}
}
