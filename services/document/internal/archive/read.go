package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
)

// Get opens a range of the content under a hash: offset counts bytes from 0, length 0 means all that follow, and a range
// beyond the end is empty. The whole content is read and checked whatever the range, and what could not be checked is
// not given out: the last bytes of the range come only after the whole was found undamaged. It holds at most three
// chunks of 256 KiB. Reading fails with ErrDamaged, opening with ErrMissing.
func (a *Archive) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	if !isHash(name) {
		return nil, ErrMissing
	}
	source, err := a.bucket.NewReader(ctx, a.Key(name), &blob.ReaderOptions{BeforeRead: withoutChecksum})
	if missing(err) {
		return nil, ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("read from the archive: %w", err)
	}
	if length == 0 {
		length = -1
	}
	return &checked{source: source, ended: ctx.Err, sum: sha256.New(), want: name, skip: offset, left: length}, nil
}

// withoutChecksum leaves the check to us: the S3 client's own would hide damage behind an error of its own.
func withoutChecksum(as func(any) bool) error {
	var options *[]func(*s3.Options)
	if as(&options) {
		*options = append(*options, func(o *s3.Options) {
			o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		})
	}
	return nil
}

const chunk = 256 << 10

// checked hashes everything and gives out a range. It holds the range's last chunk back until it knows that another one
// follows, or that the whole is undamaged.
type checked struct {
	source io.ReadCloser
	ended  func() error // the caller's context: a folder's files do not know it
	sum    hash.Hash
	want   string
	skip   int64 // bytes before the range
	left   int64 // bytes of the range that are still to come; negative when it has no end
	ready  []byte
	held   []byte
	end    error
}

func (c *checked) Read(p []byte) (int, error) {
	for len(c.ready) == 0 {
		if c.end != nil {
			return 0, c.end
		}
		c.advance()
	}
	n := copy(p, c.ready)
	c.ready = c.ready[n:]
	return n, nil
}

func (c *checked) advance() {
	next, err := c.chunk()
	c.sum.Write(next)
	part := c.cut(next)
	switch {
	case err == nil && len(part) > 0:
		c.ready, c.held = c.held, part
	case err == nil:
	case !errors.Is(err, io.EOF):
		c.end = fmt.Errorf("read from the archive: %w", err)
	case hex.EncodeToString(c.sum.Sum(nil)) != c.want:
		c.end = ErrDamaged
	default:
		c.ready, c.held, c.end = append(c.held, part...), nil, io.EOF
	}
}

// chunk reads the next chunk. The error is io.EOF only at the content's true end: a broken connection is no damage.
func (c *checked) chunk() ([]byte, error) {
	buffer := make([]byte, chunk)
	for n := 0; ; {
		if err := c.ended(); err != nil {
			return nil, err
		}
		read, err := c.source.Read(buffer[n:])
		n += read
		if err != nil || n == chunk {
			return buffer[:n], err
		}
	}
}

// cut returns the part of the next bytes that is in the range.
func (c *checked) cut(next []byte) []byte {
	skipped := min(c.skip, int64(len(next)))
	c.skip -= skipped
	next = next[skipped:]
	if c.left >= 0 {
		next = next[:min(c.left, int64(len(next)))]
		c.left -= int64(len(next))
	}
	return next
}

func (c *checked) Close() error { return c.source.Close() }
