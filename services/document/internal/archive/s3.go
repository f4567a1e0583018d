package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"gocloud.dev/blob"
)

// vault is what S3 can do and other stores cannot, or not the same way: versions and Object Lock.
type vault struct {
	client *s3.Client
	bucket string
	// mode is empty when nothing is locked.
	mode types.ObjectLockRetentionMode
	days int
	// lockable is set when the bucket was found to lock.
	lockable atomic.Bool
}

func newVault(bucket *blob.Bucket, name string, cfg Config) (*vault, error) {
	v := &vault{bucket: name, mode: types.ObjectLockRetentionMode(strings.ToUpper(cfg.Lock)), days: cfg.LockDays}
	if !bucket.As(&v.client) {
		return nil, errors.New("the S3 driver has no client")
	}
	if v.client.Options().Region == "" {
		return nil, errors.New("no AWS region: add ?region=REGION to the URL or set AWS_REGION")
	}
	return v, nil
}

// until is the time that an object put now stays locked to.
func (v *vault) until() time.Time {
	return time.Now().UTC().AddDate(0, 0, v.days).Truncate(time.Second)
}

// put writes an object in one request, with its lock, so that it is never there without. The driver would cut a large one
// into parts, and a killed process would leave them: bytes of a contract that no list shows.
func (v *vault) put(ctx context.Context, key string, o object) error {
	if err := v.canLock(ctx); err != nil { // asked already, unless the server was away when the archive was checked
		return err
	}
	in := &s3.PutObjectInput{Bucket: &v.bucket, Key: &key, ContentType: &o.mediaType, Body: bytes.NewReader(o.content)}
	if o.once {
		in.IfNoneMatch = aws.String("*")
	}
	if v.mode != "" {
		in.ObjectLockMode, in.ObjectLockRetainUntilDate = types.ObjectLockMode(v.mode), aws.Time(v.until())
	}
	_, err := v.client.PutObject(ctx, in)
	return err
}

// extend locks what was put before for as long as if it were put now. A lock is never shortened nor weakened.
func (v *vault) extend(ctx context.Context, key string) error {
	if v.mode == "" {
		return nil
	}
	head, err := v.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &v.bucket, Key: &key})
	if err != nil {
		return err
	}
	mode, until, end := types.ObjectLockMode(v.mode), v.until(), aws.ToTime(head.ObjectLockRetainUntilDate)
	if head.ObjectLockMode == types.ObjectLockModeCompliance {
		mode = types.ObjectLockModeCompliance
	}
	if mode == head.ObjectLockMode && end.After(until.Add(-24*time.Hour)) { // a day less is not worth a change
		return nil
	}
	if end.After(until) {
		until = end
	}
	in := &s3.PutObjectRetentionInput{
		Bucket: &v.bucket, Key: &key, VersionId: head.VersionId,
		Retention: &types.ObjectLockRetention{Mode: types.ObjectLockRetentionMode(mode), RetainUntilDate: &until},
	}
	if head.ObjectLockMode == types.ObjectLockModeGovernance && mode == types.ObjectLockModeCompliance {
		in.BypassGovernanceRetention = aws.Bool(true) // S3 asks for it, although the lock becomes stronger
	}
	_, err = v.client.PutObjectRetention(ctx, in)
	return err
}

// mostVersions bounds a deletion: we write another version only of what was damaged, so more than a few are somebody else's doing.
const mostVersions = 100

// delete deletes the current version until there is none. Without a version's id S3 would accept the deletion of a locked
// object and hide it behind a marker.
func (v *vault) delete(ctx context.Context, key string) error {
	for range mostVersions {
		head, err := v.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &v.bucket, Key: &key})
		if err != nil {
			return err
		}
		if locked(head) {
			return ErrLocked
		}
		_, err = v.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &v.bucket, Key: &key, VersionId: head.VersionId})
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("the object has more than %d versions", mostVersions)
}

// locked tells that the server would refuse a deletion, as far as it told about the lock: that takes
// s3:GetObjectRetention and s3:GetObjectLegalHold, and a clock like the server's. Without, see lockedByS3.
func locked(head *s3.HeadObjectOutput) bool {
	return head.ObjectLockLegalHoldStatus == types.ObjectLockLegalHoldStatusOn ||
		head.ObjectLockMode != "" && head.ObjectLockRetainUntilDate != nil && head.ObjectLockRetainUntilDate.After(time.Now())
}

var errNoLock = errors.New("the bucket has no Object Lock: it must be switched on there before anything can be locked")

// canLock fails when the bucket would not lock what is put: some servers ignore what they do not know. It asks until it
// was answered once.
func (v *vault) canLock(ctx context.Context) error {
	if v.mode == "" || v.lockable.Load() {
		return nil
	}
	out, err := v.client.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: &v.bucket})
	if apiCode(err) == "ObjectLockConfigurationNotFoundError" ||
		err == nil && (out.ObjectLockConfiguration == nil || out.ObjectLockConfiguration.ObjectLockEnabled != types.ObjectLockEnabledEnabled) {
		return errNoLock
	}
	v.lockable.Store(err == nil)
	return err
}
