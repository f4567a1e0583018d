package rpc

import (
	"bytes"
	"errors"
	"io"
)

// ErrTooLarge means that a stream carries more bytes than its reader takes.
var ErrTooLarge = errors.New("the stream carries more bytes than are taken")

// Collect joins the chunks of a stream, as its Recv hands them out, until the stream ends. It gives up with ErrTooLarge at
// the first byte beyond most.
func Collect[M interface{ GetChunk() []byte }](recv func() (M, error), most int) ([]byte, error) {
	var content bytes.Buffer
	for {
		part, err := recv()
		if errors.Is(err, io.EOF) {
			return content.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
		if content.Len()+len(part.GetChunk()) > most {
			return nil, ErrTooLarge
		}
		content.Write(part.GetChunk())
	}
}
