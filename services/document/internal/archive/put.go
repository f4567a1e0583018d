package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"gocloud.dev/blob"
)

// Put archives content with its media type and returns its hash. What is there already is read and checked, and locked
// anew where the archive locks; it is written again only when it is damaged, which is logged. So success means that the
// content is in the archive, undamaged; ErrDamaged means that it is not, and that it cannot be written there again.
//
// Where versions are kept the damaged one stays behind the good one, for as long as its own lock.
func (a *Archive) Put(ctx context.Context, content []byte, mediaType string) (string, error) {
	sum := sha256.Sum256(content)
	o := object{name: hex.EncodeToString(sum[:]), content: content, mediaType: mediaType, once: true}
	exists, err := a.write(ctx, o)
	if err != nil {
		return "", fmt.Errorf("write to the archive: %w", err)
	}
	if !exists {
		return o.name, nil
	}
	err = a.mend(ctx, o)
	if err == nil && a.s3 != nil {
		err = a.s3.extend(ctx, a.Key(o.name))
	}
	if err != nil {
		return "", fmt.Errorf("archive what was archived before: %w", err)
	}
	return o.name, nil
}

// mend checks an object that is there, and writes it again unless it is what it was.
func (a *Archive) mend(ctx context.Context, o object) error {
	_, found := a.Verify(ctx, o.name)
	damaged := errors.Is(found, ErrDamaged)
	if !damaged && !errors.Is(found, ErrMissing) {
		return found
	}
	// What is missing was deleted in between, or is hidden by a version's marker that this server counts as an object.
	o.once = false
	_, err := a.write(ctx, o)
	if damaged && (retained(err) || refused(err)) {
		a.logger.WarnContext(ctx, "archived bytes are damaged and cannot be written again", "sha256", o.name, "error", err)
		return ErrDamaged
	}
	if err == nil {
		_, err = a.Verify(ctx, o.name)
	}
	if damaged && err == nil {
		a.logger.WarnContext(ctx, "archived bytes were damaged and are written again: look at the disk", "sha256", o.name)
	}
	return err
}

// object is something to write.
type object struct {
	name      string
	content   []byte
	mediaType string
	// once says that an object that is there must stay.
	once bool
}

// mostAttempts bounds how often a put that met another put of the same content tries again.
const mostAttempts = 4

// write writes an object; exists tells that one was there and stayed.
func (a *Archive) write(ctx context.Context, o object) (exists bool, err error) {
	for range mostAttempts {
		switch {
		case ctx.Err() != nil:
			return false, ctx.Err()
		case a.folder != "":
			return a.putFile(a.Key(o.name), o)
		case a.s3 != nil:
			err = a.s3.put(ctx, a.Key(o.name), o)
		default:
			err = a.bucket.Upload(ctx, a.Key(o.name), bytes.NewReader(o.content), &blob.WriterOptions{
				ContentType: o.mediaType, IfNotExist: o.once,
			})
		}
		if !conflicting(err) {
			break
		}
	}
	if present(err) {
		return true, nil
	}
	return false, err
}
