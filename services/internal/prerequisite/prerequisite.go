// Package prerequisite finds what a test needs and this repository does not hold: a program that another module builds, a
// server that runs elsewhere. A test without it is skipped, loudly; where COUNTERSIGN_NO_SKIP=1, as .ci/run sets it, that
// is a failure, so that a check nobody ran never looks like one that passed.
package prerequisite

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// noSkip is the environment variable that makes a skip a failure.
const noSkip = "COUNTERSIGN_NO_SKIP"

// Missing ends a test that lacks something: what says what, how says how to get it.
func Missing(t testing.TB, what, how string) {
	t.Helper()
	if os.Getenv(noSkip) == "1" {
		t.Fatalf("%s is missing, and %s=1 forbids skipping: %s", what, noSkip, how)
	}
	t.Skipf("NOT TESTED, because %s is missing: %s", what, how)
}

// Program returns the path of a program: what the environment variable says, else bin/NAME of this repository. Without
// either the test is Missing it.
func Program(t testing.TB, variable, name, how string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		path = filepath.Join(root(t), "bin", name)
	}
	found, err := exec.LookPath(path)
	if err != nil {
		Missing(t, name, how+" (or name its path in "+variable+")")
	}
	return found
}

// Installed ends a test that lacks one of the programs, which a package of the operating system brings.
func Installed(t testing.TB, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			Missing(t, program, "Debian has it in poppler-utils or mupdf-tools")
		}
	}
}

// root is the folder that holds go.mod.
func root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		if folder == filepath.Dir(folder) {
			t.Fatal("no go.mod above the test")
		}
		folder = filepath.Dir(folder)
	}
}
