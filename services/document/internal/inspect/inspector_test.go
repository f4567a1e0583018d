package inspect

import (
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
)

func TestAFloodWaitsForItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := New()
		for range runtime.GOMAXPROCS(0) {
			i.slots <- struct{}{}
		}
		answers := make(chan error, 1)
		go func() {
			_, err := i.PDF(t.Context(), nil)
			answers <- err
		}()
		if synctest.Wait(); len(answers) != 0 {
			t.Error("inspected out of turn")
		}
		<-i.slots
		var refusal *Error
		if err := <-answers; !errors.As(err, &refusal) || len(i.slots) != runtime.GOMAXPROCS(0)-1 {
			t.Errorf("error %v with %d slots taken", err, len(i.slots))
		}
	})
}
