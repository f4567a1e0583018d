package archive_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/countersign/countersign/services/document/internal/archive"
)

func TestAnS3BucketIsAnArchive(t *testing.T) {
	server := startS3(t)
	for _, kind := range []string{"plain", "versioned", "locked"} {
		t.Run(kind, func(t *testing.T) {
			location, folder := server.bucket(t, kind, kind)
			conform(t, open(t, archive.Config{URL: location}, folder))
		})
	}
}

func TestALockedContentCannotBeDeletedAndStaysReadable(t *testing.T) {
	server := startS3(t)
	location, folder := server.bucket(t, "vault", "locked")
	for _, mode := range []string{"governance", "compliance"} {
		v := open(t, archive.Config{URL: location, Lock: mode, LockDays: 30}, folder)
		if err := v.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{100, 20 << 20} { // in one part and in several
			content := sample(t, size)
			content[0] = mode[0]
			name := v.put(t, content)
			if err := v.Delete(t.Context(), name); !errors.Is(err, archive.ErrLocked) {
				t.Errorf("%s, size %d: delete said %v", mode, size, err)
			}
			if _, err := v.Verify(t.Context(), name); err != nil {
				t.Errorf("%s, size %d: %v", mode, size, err)
			}
			head := server.head(t, "vault", name)
			left := time.Until(*head.ObjectLockRetainUntilDate)
			if string(head.ObjectLockMode) != strings.ToUpper(mode) || left < 29*24*time.Hour || left > 30*24*time.Hour {
				t.Errorf("%s, size %d: %s for %s", mode, size, head.ObjectLockMode, left)
			}
			if *head.ContentType != pdfType {
				t.Errorf("content type %s", *head.ContentType)
			}
		}
	}
}

func (s *s3Server) head(t *testing.T, bucket, name string) *s3.HeadObjectOutput {
	t.Helper()
	key := keyOf(name)
	head, err := s.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func keyOf(name string) string { return "contracts/2026/sha256/" + name[:2] + "/" + name }

func TestALegalHoldForbidsTheDeletion(t *testing.T) {
	server := startS3(t)
	location, folder := server.bucket(t, "held", "locked")
	v := open(t, archive.Config{URL: location}, folder)
	name := v.put(t, sample(t, 10))
	bucket, key := "held", keyOf(name)
	hold := func(status types.ObjectLockLegalHoldStatus) {
		if _, err := server.PutObjectLegalHold(t.Context(), &s3.PutObjectLegalHoldInput{
			Bucket: &bucket, Key: &key, LegalHold: &types.ObjectLockLegalHold{Status: status},
		}); err != nil {
			t.Fatal(err)
		}
	}
	hold(types.ObjectLockLegalHoldStatusOn)
	if err := v.Delete(t.Context(), name); !errors.Is(err, archive.ErrLocked) {
		t.Errorf("delete said %v", err)
	}
	hold(types.ObjectLockLegalHoldStatusOff)
	if err := v.Delete(t.Context(), name); err != nil {
		t.Errorf("delete said %v", err)
	}
}

func TestALockIsExtendedByAnotherPutAndNeverShortened(t *testing.T) {
	server := startS3(t)
	location, folder := server.bucket(t, "longer", "locked")
	content := sample(t, 10)
	var ends []time.Time
	for _, cfg := range []archive.Config{
		{URL: location}, {URL: location, Lock: "governance", LockDays: 10}, {URL: location, Lock: "compliance", LockDays: 5},
		{URL: location, Lock: "compliance", LockDays: 20}, {URL: location, Lock: "governance", LockDays: 3}, {URL: location},
	} {
		head := server.head(t, "longer", open(t, cfg, folder).put(t, content))
		if cfg.Lock == "" && len(ends) == 0 {
			if head.ObjectLockRetainUntilDate != nil {
				t.Error("locked without being asked to")
			}
			ends = append(ends, time.Time{})
			continue
		}
		end := aws.ToTime(head.ObjectLockRetainUntilDate)
		if end.Before(ends[len(ends)-1]) || end.Before(time.Now().AddDate(0, 0, cfg.LockDays).Add(-24*time.Hour)) {
			t.Errorf("%s for %d days: the lock ends %s after %s", cfg.Lock, cfg.LockDays, end, ends[len(ends)-1])
		}
		ends = append(ends, end)
		if cfg.Lock == "compliance" && head.ObjectLockMode != types.ObjectLockModeCompliance {
			t.Errorf("asked for compliance and got %s", head.ObjectLockMode)
		}
	}
}

func TestDamageIsMendedBesideALock(t *testing.T) {
	server := startS3(t)
	location, folder := server.bucket(t, "mended", "locked")
	v := open(t, archive.Config{URL: location, Lock: "compliance", LockDays: 30}, folder)
	content := sample(t, 10)
	name := v.put(t, content)
	if err := os.WriteFile(v.file(name), []byte("bad"), 0o600); err != nil {
		t.Fatal(err)
	}
	v.put(t, content)
	if _, err := v.Verify(t.Context(), name); err != nil {
		t.Error(err)
	}
	if err := v.Delete(t.Context(), name); !errors.Is(err, archive.ErrLocked) {
		t.Errorf("delete said %v", err)
	}
}

func TestADeletionLeavesNoVersionBehind(t *testing.T) {
	server := startS3(t)
	location, folder := server.bucket(t, "versions", "versioned")
	v := open(t, archive.Config{URL: location}, folder)
	name := v.put(t, sample(t, 10))
	if err := v.Delete(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	bucket := "versions"
	list, err := server.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket})
	if err != nil || len(list.Versions)+len(list.DeleteMarkers) != 0 {
		t.Errorf("%d versions, %d markers, %v", len(list.Versions), len(list.DeleteMarkers), err)
	}
}

func TestWhatSomebodyElseHidBehindAMarkerCanBePutAgain(t *testing.T) {
	server := startS3(t)
	location, folder := server.bucket(t, "marked", "versioned")
	v := open(t, archive.Config{URL: location}, folder)
	content := sample(t, 10)
	name := v.put(t, content)
	bucket, key := "marked", keyOf(name)
	if _, err := server.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key}); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), name); !errors.Is(err, archive.ErrMissing) {
		t.Errorf("behind the marker: %v", err)
	}
	v.put(t, content)
	if _, err := v.Verify(t.Context(), name); err != nil {
		t.Error(err)
	}
}

func TestTheCheckSaysWhatLacks(t *testing.T) {
	server := startS3(t)
	plain, _ := server.bucket(t, "unlocked", "plain")
	good, _ := server.bucket(t, "good", "plain")
	for name, tt := range map[string]struct {
		cfg   archive.Config
		key   string
		words string
		mend  bool // whether only somebody's change helps
	}{
		"no bucket":       {archive.Config{URL: strings.Replace(plain, "unlocked", "nowhere", 1)}, accessKey, "cannot be written (needs s3:PutObject", true},
		"no Object Lock":  {archive.Config{URL: plain, Lock: "compliance", LockDays: 1}, accessKey, "no Object Lock", true},
		"unknown key":     {archive.Config{URL: good}, "somebody", "cannot be written (needs s3:PutObject", true},
		"nobody's server": {archive.Config{URL: "s3://b?region=a&use_path_style=true&endpoint=http://127.0.0.1:1"}, accessKey, "cannot be written", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("AWS_ACCESS_KEY_ID", tt.key)
			t.Setenv("AWS_MAX_ATTEMPTS", "1")
			v := open(t, tt.cfg, "")
			err := v.Check(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.words) || errors.Is(err, archive.ErrRefused) != tt.mend {
				t.Error(err)
			}
		})
	}
}

func TestABucketThatIsGoneIsNoMissingContent(t *testing.T) {
	server := startS3(t)
	location, _ := server.bucket(t, "here", "plain")
	v := open(t, archive.Config{URL: strings.Replace(location, "here", "gone", 1)}, "")
	name := hashOf(sample(t, 1))
	if _, err := v.Verify(t.Context(), name); err == nil || errors.Is(err, archive.ErrMissing) {
		t.Errorf("read: %v", err)
	}
}
