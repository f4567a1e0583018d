package inspect

import (
	"context"
	"errors"
	"runtime"
	"time"
)

// longest is what one inspection may take of a processor. The other bounds end it long before on an idle machine.
const longest = 10 * time.Second

// Inspector inspects as many files at once as there are processors, so that a flood of uploads leaves the service alive.
type Inspector struct{ slots chan struct{} }

// New returns an inspector.
func New() *Inspector { return &Inspector{slots: make(chan struct{}, runtime.GOMAXPROCS(0))} }

// PDF waits for its turn and inspects a complete file, as the function of that name does.
func (i *Inspector) PDF(ctx context.Context, file []byte) (Report, error) {
	select {
	case i.slots <- struct{}{}:
	case <-ctx.Done():
		return Report{}, ctx.Err()
	}
	defer func() { <-i.slots }()
	bounded, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	report, err := PDF(bounded, file)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = &Error{Kind: TooComplex, What: "it takes too long to read"}
	}
	return report, err
}
