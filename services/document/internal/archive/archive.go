// Package archive keeps bytes under their SHA-256: written once, never changed, checked whenever they are read. The
// place is a folder, or a bucket of Amazon S3 or a server that speaks its protocol, of Google Cloud Storage or of Azure
// Blob Storage.
//
// Tested: a folder, and S3 against versitygw with and without versioning and Object Lock. Of Google Cloud Storage and
// Azure only the opening is tested here, never a call.
package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"gocloud.dev/blob"
)

var (
	// ErrDamaged means that the bytes in the archive are not those that were put there.
	ErrDamaged = errors.New("the archived bytes do not match their hash")
	// ErrMissing means that there is nothing under this hash.
	ErrMissing = errors.New("the archive has nothing under this hash")
	// ErrLocked means that a retention rule of the bucket forbids the deletion for now.
	ErrLocked = errors.New("the archive keeps this content locked")
	// ErrRefused means that the archive cannot be used until its settings, its permissions or its bucket are changed.
	ErrRefused = errors.New("the archive is not what the settings say")
)

// Archive is an open archive.
type Archive struct {
	bucket *blob.Bucket
	// prefix of every key: empty, or ending with a slash.
	prefix string
	// folder is set when the archive is one.
	folder string
	// s3 is set when the archive is an S3 bucket.
	s3 *vault
	// logger is told what nobody asked for.
	logger *slog.Logger
}

// Close closes the archive.
func (a *Archive) Close() error { return a.bucket.Close() }

// Verify reads the whole content under a hash and returns its size in bytes. It fails with ErrMissing or ErrDamaged.
func (a *Archive) Verify(ctx context.Context, name string) (int64, error) {
	content, err := a.Get(ctx, name, 0, 0)
	if err != nil {
		return 0, err
	}
	defer content.Close()
	return io.Copy(io.Discard, content)
}

// Delete removes the content under a hash; that nothing is there is no error. It fails with ErrLocked while a retention
// rule protects the content, which then stays readable.
//
// On S3 it deletes the version that is current, and again until none is: where versions are kept the bytes are gone, and
// no marker hides them. Versions that somebody else hid behind a marker of their own stay. It needs s3:DeleteObject and
// s3:DeleteObjectVersion. Google Cloud Storage and Azure keep what a bucket's versioning or soft-delete rule says, and
// the content is not readable from here meanwhile.
func (a *Archive) Delete(ctx context.Context, name string) error {
	if !isHash(name) {
		return nil
	}
	err := ctx.Err()
	switch {
	case err != nil:
	case a.folder != "":
		err = a.removeFile(a.Key(name))
	case a.s3 != nil:
		err = a.s3.delete(ctx, a.Key(name))
	default:
		err = a.bucket.Delete(ctx, a.Key(name))
	}
	switch {
	case err == nil || missing(err):
		return nil
	case retained(err):
		return ErrLocked
	}
	return fmt.Errorf("delete from the archive: %w", err)
}

// Object is something in the archive.
type Object struct {
	// Key is its whole name in the bucket, or its path in the folder.
	Key string
	// Hash of the content by the key; empty when the key is none that this package writes.
	Hash string
	// Unfinished says that it is a put under way, or what a killed process left of one.
	Unfinished bool
	// Size in bytes.
	Size int64
	// Time of the last change, as the archive tells it.
	Time time.Time
}

// List calls each for everything below the archive's prefix, in the order of the keys, until each fails. It holds one
// page at a time.
func (a *Archive) List(ctx context.Context, each func(Object) error) error {
	size := 1000 // the most that S3 returns
	if a.folder != "" {
		size = 100_000 // the library walks the whole folder for every page
	}
	for token := blob.FirstPageToken; len(token) > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		page, next, err := a.bucket.ListPage(ctx, token, size, &blob.ListOptions{Prefix: a.prefix})
		if err != nil {
			return fmt.Errorf("list the archive: %w", err)
		}
		for _, o := range page {
			if err := each(a.object(o)); err != nil {
				return err
			}
		}
		token = next
	}
	return nil
}

// Holds tells whether something is under a key that List gave.
func (a *Archive) Holds(ctx context.Context, key string) (bool, error) {
	return a.bucket.Exists(ctx, key)
}

func (a *Archive) object(o *blob.ListObject) Object {
	base := o.Key[strings.LastIndexByte(o.Key, '/')+1:]
	out := Object{Key: o.Key, Size: o.Size, Time: o.ModTime, Unfinished: strings.HasPrefix(base, unfinished)}
	if isHash(base) && a.Key(base) == o.Key {
		out.Hash = base
	}
	return out
}

// Key is where the content under a hash is: its name in the bucket, or its path in the folder. It spreads the contents
// over 256 folders. The hash must be one, 64 hexadecimal digits.
func (a *Archive) Key(name string) string { return a.prefix + "sha256/" + name[:2] + "/" + name }

// isHash tells a SHA-256 in lower-case hexadecimal from anything else.
func isHash(name string) bool {
	return len(name) == hex.EncodedLen(sha256.Size) && strings.Trim(name, "0123456789abcdef") == ""
}
