package archive_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/archive"
)

func folder(t *testing.T) vessel {
	t.Helper()
	path := filepath.Join(t.TempDir(), "archive")
	return open(t, archive.Config{URL: "file://" + path}, path)
}

func TestAFolderIsAnArchive(t *testing.T) { conform(t, folder(t)) }

func TestAFileThatIsThereIsNotWrittenAgainAndNothingIsLeftBeside(t *testing.T) {
	v := folder(t)
	name := v.put(t, []byte("first"))
	before, err := os.Stat(v.file(name))
	if err != nil {
		t.Fatal(err)
	}
	v.put(t, []byte("first"))
	after, err := os.Stat(v.file(name))
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the file was written again, %v", err)
	}
	entries, err := os.ReadDir(filepath.Dir(v.file(name)))
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestDamageThatWasMendedIsLogged(t *testing.T) {
	var log bytes.Buffer
	path := filepath.Join(t.TempDir(), "archive")
	v := open(t, archive.Config{URL: "file://" + path, Logger: slog.New(slog.NewTextHandler(&log, nil))}, path)
	name := v.put(t, []byte("good"))
	v.put(t, []byte("good"))
	if log.Len() != 0 {
		t.Errorf("nothing was damaged: %s", &log)
	}
	if err := os.WriteFile(v.file(name), []byte("bad"), 0o600); err != nil {
		t.Fatal(err)
	}
	v.put(t, []byte("good"))
	if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), name) {
		t.Errorf("log: %s", &log)
	}
}

func TestTheCheckRemovesWhatAKilledProcessLeft(t *testing.T) {
	v := folder(t)
	name := v.put(t, []byte("whole"))
	beside := filepath.Dir(v.file(name))
	for file, age := range map[string]time.Duration{".put-old": 2 * time.Hour, ".put-new": time.Minute, "note": 2 * time.Hour} {
		path, then := filepath.Join(beside, file), time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(path, []byte("a contract"), 0o600), os.Chtimes(path, then, then)); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-2 * time.Hour)
	if err := errors.Join(os.Chtimes(v.file(name), old, old), v.Check(t.Context())); err != nil {
		t.Fatal(err)
	}
	var left []string
	entries, err := os.ReadDir(beside)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if diff := cmp.Diff([]string{".put-new", name, "note"}, left); diff != "" {
		t.Error(diff)
	}
}

func TestAFolderThatCannotBeWrittenFailsTheCheck(t *testing.T) {
	v := folder(t)
	if err := os.WriteFile(filepath.Join(v.folder, "sha256"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := v.Check(t.Context()); !errors.Is(err, archive.ErrRefused) || !strings.Contains(err.Error(), "cannot be written") {
		t.Error(err)
	}
}

func TestBadSettingsAreRefusedAndNeverQuoted(t *testing.T) {
	taken := filepath.Join(t.TempDir(), "hidden")
	if err := os.WriteFile(taken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		cfg  archive.Config
		word string
	}{
		"nothing":               {archive.Config{}, "file:///FOLDER, s3://BUCKET, gs://BUCKET or azblob://CONTAINER"},
		"unknown scheme":        {archive.Config{URL: "mem://"}, "s3://BUCKET"},
		"a path alone":          {archive.Config{URL: "/var/archive"}, "file:///FOLDER"},
		"two slashes":           {archive.Config{URL: "file://var/archive"}, "three slashes"},
		"no folder":             {archive.Config{URL: "file://"}, "three slashes"},
		"folder's parameter":    {archive.Config{URL: "file:///x?prefix=hidden"}, "file:///FOLDER takes no parameters"},
		"a file":                {archive.Config{URL: "file://" + taken}, "document.archive: the archive's URL names a file"},
		"half a truth":          {archive.Config{URL: "s3://b?region=a&use_path_style=hidden"}, `"use_path_style" of the archive's URL: want true or false`},
		"no server":             {archive.Config{URL: "s3://b?region=a&endpoint=hidden"}, "want a URL"},
		"no scheme":             {archive.Config{URL: "s3://b?region=a&endpoint=hidden:9000"}, "want a URL"},
		"checksums":             {archive.Config{URL: "s3://b?region=a&request_checksum_calculation=hidden"}, "when_required"},
		"protocol":              {archive.Config{URL: "azblob://c?protocol=hidden"}, "http or https"},
		"no bucket":             {archive.Config{URL: "s3://?region=a"}, "s3://NAME"},
		"a folder in a bucket":  {archive.Config{URL: "s3://b/hidden"}, "?prefix=FOLDER"},
		"a port":                {archive.Config{URL: "s3://b:9000"}, "endpoint"},
		"credentials":           {archive.Config{URL: "s3://user:hidden@b"}, "must not hold credentials"},
		"unknown parameter":     {archive.Config{URL: "s3://b?acces_key=hidden"}, "region"},
		"twice":                 {archive.Config{URL: "s3://b?region=hidden&region=c"}, "at most once"},
		"empty":                 {archive.Config{URL: "gs://b?prefix="}, `parameter "prefix"`},
		"anonymous":             {archive.Config{URL: "gs://b?access_id=hidden"}, "gs takes"},
		"no URL":                {archive.Config{URL: "s3://b\x7f?k=hidden"}, "cannot be read"},
		"bad query":             {archive.Config{URL: "s3://b?k=%zzhidden"}, "cannot be read"},
		"unknown lock":          {archive.Config{URL: "s3://b", Lock: "forever", LockDays: 1}, "document.archive_lock: must be compliance or governance"},
		"days without a lock":   {archive.Config{URL: "s3://b", LockDays: 1}, "document.archive_lock: must be compliance or governance"},
		"lock without days":     {archive.Config{URL: "s3://b", Lock: "compliance"}, "document.archive_lock_days: must be 1 to 36500"},
		"lock for ever":         {archive.Config{URL: "s3://b", Lock: "compliance", LockDays: 36_501}, "document.archive_lock_days: must be 1 to 36500"},
		"lock on a folder":      {archive.Config{URL: "file:///x", Lock: "compliance", LockDays: 1}, "document.archive_lock: only an s3 archive"},
		"no region":             {archive.Config{URL: "s3://b"}, "region"},
		"no account":            {archive.Config{URL: "azblob://c"}, "AccountName"},
		"no Google credentials": {archive.Config{URL: "gs://b"}, "application default credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			withoutCloud(t)
			_, err := archive.Open(t.Context(), tt.cfg)
			if err == nil || !strings.Contains(err.Error(), tt.word) || strings.Contains(err.Error(), "hidden") {
				t.Errorf("err = %v", err)
			}
		})
	}
}

// withoutCloud takes away whatever cloud this machine may be logged in to.
func withoutCloud(t *testing.T) {
	t.Helper()
	home := t.TempDir()
	for name, value := range map[string]string{
		"HOME": home, "AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_PROFILE": "",
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true", "AZURE_STORAGE_ACCOUNT": "",
		"GOOGLE_APPLICATION_CREDENTIALS": filepath.Join(home, "none.json"), "STORAGE_EMULATOR_HOST": "",
	} {
		t.Setenv(name, value)
	}
}

func TestCloudArchivesOpenWithoutTheNetwork(t *testing.T) {
	withoutCloud(t)
	t.Setenv("STORAGE_EMULATOR_HOST", "127.0.0.1:1")
	t.Setenv("AZURE_STORAGE_ACCOUNT", "account")
	t.Setenv("AZURE_STORAGE_KEY", "a2V5")
	for _, location := range []string{
		"s3://bucket?region=eu-central-1",
		"s3://bucket?region=eu-central-1&prefix=a/b&endpoint=http://127.0.0.1:1&use_path_style=true&request_checksum_calculation=when_required",
		"gs://bucket", "gs://bucket?prefix=contracts",
		"azblob://container", "azblob://container?prefix=a&storage_account=other&domain=blob.core.windows.net&protocol=https",
	} {
		a, err := archive.Open(t.Context(), archive.Config{URL: location})
		if err != nil {
			t.Errorf("%s: %v", location, err)
			continue
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}
