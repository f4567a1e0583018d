package rpc_test

import (
	"errors"
	"io"
	"testing"

	"github.com/countersign/countersign/services/internal/rpc"
)

type part []byte

func (p part) GetChunk() []byte { return p }

// source hands out the parts and ends as told.
func source(end error, parts ...string) func() (part, error) {
	return func() (part, error) {
		if len(parts) == 0 {
			return nil, end
		}
		next := parts[0]
		parts = parts[1:]
		return part(next), nil
	}
}

func TestCollect(t *testing.T) {
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		recv func() (part, error)
		want string
		err  error
	}{
		"nothing":       {source(io.EOF), "", nil},
		"joined":        {source(io.EOF, "ab", "", "cd"), "abcd", nil},
		"one too many":  {source(io.EOF, "abc", "de"), "", rpc.ErrTooLarge},
		"broken stream": {source(broken, "ab"), "", broken},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := rpc.Collect(test.recv, 4)
			if string(got) != test.want || !errors.Is(err, test.err) {
				t.Errorf("got %q, %v; want %q, %v", got, err, test.want, test.err)
			}
		})
	}
}
