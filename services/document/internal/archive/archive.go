// Package archive keeps bytes under their SHA-256: written once, never changed, checked whenever they are read. The
// place is a folder, or whatever object store a URL names.
package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/gcerrors"
)

// ErrDamaged means that the bytes in the archive are not those that were put there.
var ErrDamaged = errors.New("the archived bytes do not match their hash")

// ErrMissing means that there is nothing under this hash.
var ErrMissing = errors.New("the archive has nothing under this hash")

// Archive is an open archive.
type Archive struct {
	bucket *blob.Bucket
	// folder is set when the archive is one: the library does not flush what it writes there.
	folder string
}

// Open opens the archive at a URL: file:///var/lib/countersign/archive is a folder, made when missing.
func Open(_ context.Context, location string) (*Archive, error) {
	u, err := url.Parse(location)
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return nil, fmt.Errorf("the archive's URL must be file:///FOLDER, not %q", location)
	}
	folder := filepath.FromSlash(u.Path)
	bucket, err := fileblob.OpenBucket(folder, &fileblob.Options{
		CreateDir: true, DirFileMode: 0o700, Metadata: fileblob.MetadataDontWrite, NoTempDir: true,
	})
	if err != nil {
		return nil, fmt.Errorf("open the archive: %w", err)
	}
	return &Archive{bucket: bucket, folder: folder}, nil
}

// Close closes the archive.
func (a *Archive) Close() error { return a.bucket.Close() }

// Put archives content and returns its hash. Putting the same content again changes nothing.
func (a *Archive) Put(ctx context.Context, content []byte) (string, error) {
	sum := sha256.Sum256(content)
	name := hex.EncodeToString(sum[:])
	err := a.bucket.Upload(ctx, key(name), bytes.NewReader(content), &blob.WriterOptions{
		ContentType: "application/pdf", IfNotExist: true,
	})
	if gcerrors.Code(err) == gcerrors.FailedPrecondition {
		return name, nil // written once before
	}
	if err != nil {
		return "", fmt.Errorf("write to the archive: %w", err)
	}
	if err := a.flush(key(name)); err != nil {
		return "", fmt.Errorf("flush the archive: %w", err)
	}
	return name, nil
}

// flush brings the file and its name to the disk.
func (a *Archive) flush(key string) error {
	if a.folder == "" {
		return nil
	}
	path := filepath.Join(a.folder, filepath.FromSlash(key))
	for _, p := range []string{path, filepath.Dir(path)} {
		f, err := os.Open(p)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// Get opens the content under a hash. The hash is checked while reading, and what could not be checked is not given out:
// the last bytes come only after the whole was found undamaged.
func (a *Archive) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	reader, err := a.bucket.NewReader(ctx, key(name), nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("read from the archive: %w", err)
	}
	return &checked{source: reader, sum: sha256.New(), want: name}, nil
}

// key spreads the files over 256 folders.
func key(name string) string { return "sha256/" + name[:2] + "/" + name }

// checked holds one chunk back until it knows that another one follows, or that the whole is undamaged.
type checked struct {
	source io.ReadCloser
	sum    hash.Hash
	want   string
	ready  []byte
	held   []byte
	end    error
}

const chunk = 256 << 10

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
	next := make([]byte, chunk)
	n, err := io.ReadFull(c.source, next)
	c.sum.Write(next[:n])
	switch {
	case err == nil:
		c.ready, c.held = c.held, next
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		c.end = fmt.Errorf("read from the archive: %w", err)
	case hex.EncodeToString(c.sum.Sum(nil)) != c.want:
		c.end = ErrDamaged
	default:
		c.ready, c.held, c.end = append(c.held, next[:n]...), nil, io.EOF
	}
}

func (c *checked) Close() error { return c.source.Close() }
