package e2e_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

// binaryVariable names the environment variable with the path of the binary under test.
const binaryVariable = "COUNTERSIGN_BINARY"

// TestMain builds the product once for all tests, unless a binary was named. When that fails the tests run all the same:
// each then fails for want of a binary.
func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "countersign-e2e-")
	if err == nil && os.Getenv(binaryVariable) == "" {
		binary := filepath.Join(folder, "countersign")
		err = errors.Join(build(binary), os.Setenv(binaryVariable, binary))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
	}
	m.Run()
	_ = os.RemoveAll(folder)
}

// build compiles the product.
func build(binary string) error {
	command := exec.Command("go", "build", "-o", binary, "github.com/countersign/countersign/services/cmd/countersign")
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("build the product: %w", err)
	}
	return nil
}

// noLeaks fails the test when goroutines are left of it. It must be the first thing a test calls, and the test must not
// run beside others.
func noLeaks(t *testing.T) {
	t.Helper()
	t.Cleanup(func() { goleak.VerifyNone(t) })
}
