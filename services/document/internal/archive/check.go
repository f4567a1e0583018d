package archive

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// checkTimeout bounds the check at start: a store that does not answer must not hold it up for long.
const checkTimeout = 10 * time.Second

// EmptyHash is the SHA-256 of no bytes: what Check writes.
const EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

var errEnough = errors.New("enough")

// Check tells whether the archive can be written, read and listed, and locked where it locks, and names the permission
// that lacks. What it writes, once, is the empty content under its hash, like any other: nothing needs to be removed, and
// with a lock that would not even be possible. From a folder it removes what killed processes left of their puts.
//
// It fails with ErrRefused when nothing but somebody's change can help, and with another error when the archive may work
// later: it could not be reached, or failed, or what Check wrote was damaged. It takes ten seconds at most.
func (a *Archive) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	err := a.check(ctx)
	if refused(err) {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}

func (a *Archive) check(ctx context.Context) error {
	if a.s3 != nil {
		if err := a.s3.canLock(ctx); err != nil {
			return fmt.Errorf("the archive cannot be locked%s: %w", a.needs("s3:GetBucketObjectLockConfiguration"), err)
		}
	}
	o := object{name: EmptyHash, mediaType: "application/octet-stream", once: true}
	if _, err := a.write(ctx, o); err != nil {
		return fmt.Errorf("the archive cannot be written%s: %w", a.needs("s3:PutObject, and s3:PutObjectRetention to lock"), err)
	}
	if err := a.mend(ctx, o); err != nil {
		return fmt.Errorf("the archive cannot be read%s: %w", a.needs("s3:GetObject"), err)
	}
	if err := a.List(ctx, func(Object) error { return errEnough }); err != nil && !errors.Is(err, errEnough) {
		return fmt.Errorf("the archive cannot be listed%s: %w", a.needs("s3:ListBucket"), err)
	}
	if a.folder != "" {
		if err := a.sweep(ctx); err != nil {
			return fmt.Errorf("what a killed process left in the archive cannot be removed: %w", err)
		}
	}
	return nil
}

func (a *Archive) needs(permission string) string {
	if a.s3 == nil {
		return ""
	}
	return " (needs " + permission + ")"
}
