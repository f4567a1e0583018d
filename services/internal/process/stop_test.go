package process_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/countersign/countersign/services/internal/process"
)

func TestNobodyIsStoppedBeforeItsCallersAreOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		begin := time.Now()
		var stopped []time.Duration
		slow := func(name string) process.Part {
			return process.Part{Name: name, Run: func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(time.Second) // of the bubble's time: it drains
				stopped = append(stopped, time.Since(begin))
				return nil
			}}
		}
		time.AfterFunc(time.Minute, cancel)
		if err := process.Run(ctx, []process.Part{slow("a"), slow("b"), slow("c")}); err != nil {
			t.Error(err)
		}
		if want := []time.Duration{61 * time.Second, 62 * time.Second, 63 * time.Second}; !slices.Equal(stopped, want) {
			t.Errorf("stopped after %v, want %v", stopped, want)
		}
	})
}

func TestEverythingThatWentWrongIsTold(t *testing.T) {
	broken, stuck := errors.New("port taken"), errors.New("would not close")
	parts := []process.Part{
		{Name: "document", Run: func(ctx context.Context) error {
			<-ctx.Done()
			return stuck
		}},
		{Name: "signing", Run: func(context.Context) error { return broken }},
	}
	if err := process.Run(t.Context(), parts); !errors.Is(err, broken) || !errors.Is(err, stuck) {
		t.Errorf("err = %v", err)
	}
}

func TestPartsKeepTheCallersValuesAndOutliveItsEnd(t *testing.T) {
	type key struct{}
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	first := make(chan struct{})
	parts := []process.Part{
		{Name: "callee", Run: func(ctx context.Context) error {
			if ctx.Value(key{}) != "value" {
				t.Error("the value is gone")
			}
			<-ctx.Done()
			select {
			case <-first:
			default:
				t.Error("the callee's context ended while its caller ran")
			}
			return nil
		}},
		{Name: "caller", Run: func(ctx context.Context) error {
			<-ctx.Done()
			close(first)
			return nil
		}},
	}
	cancel()
	if err := process.Run(ctx, parts); err != nil {
		t.Error(err)
	}
}

func TestAProcessWithoutPartsWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		begin := time.Now()
		if err := process.Run(ctx, nil); err != nil || time.Since(begin) != time.Hour {
			t.Errorf("ended after %v: %v", time.Since(begin), err)
		}
	})
}
