// Package process runs the parts of one process: all at once, stopped in reverse. What others call is listed first and
// stopped last, so that nobody loses the one it is talking to. errgroup stops everything at the same moment.
package process

import (
	"context"
	"errors"
	"fmt"
)

// Part is something that runs until its context ends.
type Part struct {
	Name string
	// Run returns nil after its context ended and everything it started is over.
	Run func(ctx context.Context) error
}

// Run runs the parts until ctx ends or one of them returns, then stops them one after another, the last one first. It
// returns what went wrong, a part that ended by itself included.
func Run(ctx context.Context, parts []Part) error {
	running := make([]*run, len(parts))
	ended := make(chan *run, len(parts))
	for i, part := range parts {
		running[i] = begin(context.WithoutCancel(ctx), part, ended)
	}
	var errs []error
	select {
	case <-ctx.Done():
	case first := <-ended:
		if first.err == nil {
			errs = append(errs, fmt.Errorf("%s ended by itself", first.part.Name))
		}
	}
	for i := len(running) - 1; i >= 0; i-- {
		r := running[i]
		r.cancel()
		<-r.done
		if r.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.part.Name, r.err))
		}
	}
	return errors.Join(errs...)
}

type run struct {
	part   Part
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

func begin(ctx context.Context, part Part, ended chan<- *run) *run {
	ctx, cancel := context.WithCancel(ctx)
	r := &run{part: part, cancel: cancel, done: make(chan struct{})}
	go func() {
		r.err = part.Run(ctx)
		close(r.done)
		ended <- r
	}()
	return r
}
