package archive_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/archive"
)

// pretend opens an archive on a server that answers as the handler says: what no server at hand does.
func pretend(t *testing.T, lock string, handler http.HandlerFunc) *archive.Archive {
	t.Helper()
	withoutCloud(t)
	t.Setenv("AWS_ACCESS_KEY_ID", accessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	cfg := archive.Config{URL: "s3://b?region=a&use_path_style=true&endpoint=" + server.URL, Lock: lock}
	if lock != "" {
		cfg.LockDays = 1
	}
	return open(t, cfg, "").Archive
}

// refuse answers with an error of S3.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
}

func TestALockIsToldFromAPermissionThatLacks(t *testing.T) {
	for name, tt := range map[string]struct {
		shown         bool // whether the head tells about the lock
		status        int
		code, message string
		locked        bool
	}{
		"the head tells":     {true, http.StatusInternalServerError, "InternalError", "never asked", true},
		"MinIO":              {false, http.StatusBadRequest, "InvalidRequest", "Object is WORM protected and cannot be overwritten", true},
		"Amazon":             {false, http.StatusForbidden, "AccessDenied", "Access Denied because object protected by object lock.", true},
		"no permission":      {false, http.StatusForbidden, "AccessDenied", "Access Denied", false},
		"a bad request":      {false, http.StatusBadRequest, "InvalidRequest", "Missing required header", false},
		"it cannot just now": {false, http.StatusServiceUnavailable, "SlowDown", "object lock", false},
	} {
		t.Run(name, func(t *testing.T) {
			a := pretend(t, "", func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodDelete:
					refuse(w, tt.status, tt.code, tt.message)
				case tt.shown:
					w.Header().Set("X-Amz-Object-Lock-Mode", "COMPLIANCE")
					w.Header().Set("X-Amz-Object-Lock-Retain-Until-Date", time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
				}
			})
			if err := a.Delete(t.Context(), hashOf(nil)); err == nil || errors.Is(err, archive.ErrLocked) != tt.locked {
				t.Errorf("delete said %v", err)
			}
		})
	}
}

func TestOnlyWhatAChangeMendsIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		lock    string
		status  int
		code    string
		refused bool
	}{
		"no bucket":           {"", http.StatusNotFound, "NoSuchBucket", true},
		"no permission":       {"", http.StatusForbidden, "AccessDenied", true},
		"another region":      {"", http.StatusMovedPermanently, "PermanentRedirect", true},
		"locks are not known": {"compliance", http.StatusNotImplemented, "NotImplemented", true},
		"no lock":             {"compliance", http.StatusNotFound, "ObjectLockConfigurationNotFoundError", true},
		"busy":                {"", http.StatusServiceUnavailable, "SlowDown", false},
		"broken":              {"compliance", http.StatusInternalServerError, "InternalError", false},
		"a slow line":         {"", http.StatusBadRequest, "RequestTimeout", false},
		"too often":           {"", http.StatusTooManyRequests, "TooManyRequests", false},
	} {
		t.Run(name, func(t *testing.T) {
			a := pretend(t, tt.lock, func(w http.ResponseWriter, _ *http.Request) { refuse(w, tt.status, tt.code, "no") })
			if err := a.Check(t.Context()); err == nil || errors.Is(err, archive.ErrRefused) != tt.refused {
				t.Errorf("check said %v", err)
			}
		})
	}
}

func TestNothingIsPutUnlockedIntoABucketThatWasNeverAskedForItsLock(t *testing.T) {
	a := pretend(t, "compliance", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Query().Has("object-lock"):
			refuse(w, http.StatusNotFound, "ObjectLockConfigurationNotFoundError", "no")
		case r.Method == http.MethodPut:
			t.Error("put")
		}
	})
	if _, err := a.Put(t.Context(), []byte("x"), pdfType); err == nil {
		t.Error("no error")
	}
}

func TestDamageThatCannotBeMendedStaysDamage(t *testing.T) {
	for name, tt := range map[string]struct {
		status        int
		code, message string
		damaged       bool
	}{
		"not permitted": {http.StatusForbidden, "AccessDenied", "Access Denied", true},
		"locked":        {http.StatusBadRequest, "InvalidRequest", "Object is WORM protected and cannot be overwritten", true},
		"away":          {http.StatusServiceUnavailable, "SlowDown", "no", false}, // it is worth another try
	} {
		t.Run(name, func(t *testing.T) {
			a := pretend(t, "", func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodGet:
					fmt.Fprint(w, "bad")
				case r.Header.Get("If-None-Match") != "":
					refuse(w, http.StatusPreconditionFailed, "PreconditionFailed", "no")
				default:
					refuse(w, tt.status, tt.code, tt.message)
				}
			})
			if _, err := a.Put(t.Context(), []byte("good"), pdfType); err == nil || errors.Is(err, archive.ErrDamaged) != tt.damaged {
				t.Errorf("put said %v", err)
			}
			if err := a.Check(t.Context()); err == nil || errors.Is(err, archive.ErrRefused) {
				t.Errorf("check said %v", err)
			}
		})
	}
}
