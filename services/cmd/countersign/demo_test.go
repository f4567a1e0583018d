package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTheDemoStartsFromNothing(t *testing.T) {
	empty, full := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "crm.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		demoCommand
		fits bool
	}{
		{demoCommand{Timeout: time.Second}, true},
		{demoCommand{Timeout: time.Second, Keep: empty}, true},
		{demoCommand{Timeout: time.Second, Keep: filepath.Join(empty, "new")}, true},
		{demoCommand{Timeout: time.Second, Keep: full}, false},
		{demoCommand{Keep: empty}, false},
	} {
		if err := c.check(); (err == nil) != c.fits {
			t.Errorf("%+v: %v", c.demoCommand, err)
		}
	}
}
