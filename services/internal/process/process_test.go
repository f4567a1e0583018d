package process_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/countersign/countersign/services/internal/process"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPartsStopInReverse(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan struct{}, 3)
	var stopped []string
	part := func(name string) process.Part {
		return process.Part{Name: name, Run: func(ctx context.Context) error {
			started <- struct{}{}
			<-ctx.Done()
			stopped = append(stopped, name) // one at a time: the race detector says otherwise if not
			return nil
		}}
	}
	result := make(chan error, 1)
	go func() {
		result <- process.Run(ctx, []process.Part{part("document"), part("signing"), part("gateway")})
	}()
	for range 3 {
		<-started
	}
	cancel()
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	if want := []string{"gateway", "signing", "document"}; !slices.Equal(stopped, want) {
		t.Fatalf("stopped = %v, want %v", stopped, want)
	}
}

func TestOnePartThatEndsStopsTheOthersAndIsNamed(t *testing.T) {
	waits := process.Part{Name: "signing", Run: func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	}}
	for name, result := range map[string]error{"by itself": nil, "port taken": errors.New("port taken")} {
		ends := process.Part{Name: "gateway", Run: func(context.Context) error { return result }}
		err := process.Run(t.Context(), []process.Part{waits, ends})
		if err == nil || !strings.Contains(err.Error(), "gateway") || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
}
