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
func pretend(t *testing.T, handler http.HandlerFunc) *archive.Archive {
	t.Helper()
	withoutCloud(t)
	t.Setenv("AWS_ACCESS_KEY_ID", accessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return open(t, archive.Config{URL: "s3://b?region=a&use_path_style=true&endpoint=" + server.URL}, "").Archive
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
			a := pretend(t, func(w http.ResponseWriter, r *http.Request) {
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
