package archive

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/blob/azureblob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/gcsblob"
	"gocloud.dev/blob/s3blob"
	"gocloud.dev/gcp"
)

// Config says which archive to open.
type Config struct {
	// URL of the archive: file:///FOLDER, s3://BUCKET, gs://BUCKET or azblob://CONTAINER. It never holds credentials.
	URL string
	// Lock is the Object Lock mode of what is put into an s3 archive, "compliance" or "governance"; empty means none.
	Lock string
	// LockDays is how long an object stays locked after it was last put, in days.
	LockDays int
	// Logger is told of damage that was mended; nil means that nobody is.
	Logger *slog.Logger
}

// mostLockDays is a hundred years: more is a mistake that nobody could take back.
const mostLockDays = 36_500

// place is a kind of archive.
type place struct {
	open func(ctx context.Context, u *url.URL) (*blob.Bucket, error)
	// parameters that the URL may have, and their values; prefix is ours, the others are the driver's.
	parameters map[string]value
}

// places are the kinds of archive by the URL's scheme.
func places() map[string]place {
	return map[string]place{
		"file": {openFolder, nil},
		s3blob.Scheme: {openS3, map[string]value{
			"dualstack": truth, "endpoint": server, "fips": truth, prefixParameter: text, "profile": text, "region": text,
			"request_checksum_calculation": checksums, "role": text, "use_path_style": truth,
		}},
		gcsblob.Scheme: {openGCS, map[string]value{prefixParameter: text}},
		azureblob.Scheme: {openAzure, map[string]value{
			"cdn": truth, "domain": text, "localemu": truth, prefixParameter: text, "protocol": protocol,
			"storage_account": text,
		}},
	}
}

const prefixParameter = "prefix"

// Check tells what is wrong with the settings, by their names in the configuration and without the network. Its errors
// never hold a value of the URL: somebody may have put a secret there.
func (c Config) Check() error {
	_, err := c.parse()
	if err != nil {
		err = fmt.Errorf("document.archive: %w", err)
	}
	return errors.Join(err, c.checkLock())
}

func (c Config) parse() (*url.URL, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, errors.New("the archive's URL cannot be read")
	}
	kind, known := places()[u.Scheme]
	switch {
	case !known:
		return nil, errors.New("the archive's URL must be file:///FOLDER, s3://BUCKET, gs://BUCKET or azblob://CONTAINER")
	case u.User != nil:
		return nil, errors.New("the archive's URL must not hold credentials: they come from the environment")
	case u.Fragment != "" || u.Scheme == "file" && (u.Host != "" || u.Path == ""):
		return nil, errors.New("the archive's URL must be file:///FOLDER, with three slashes and nothing after the folder")
	case u.Scheme != "file" && (u.Hostname() == "" || u.Port() != "" || strings.Trim(u.Path, "/") != ""):
		return nil, fmt.Errorf("the archive's URL must be %s://NAME: a folder inside is ?prefix=FOLDER, a server ?endpoint=URL", u.Scheme)
	}
	if u.Scheme == "file" {
		if info, err := os.Stat(filepath.FromSlash(u.Path)); err == nil && !info.IsDir() {
			return nil, errors.New("the archive's URL names a file, not a folder")
		}
	}
	return u, kind.check(u)
}

func (c Config) checkLock() error {
	switch {
	case c.Lock == "" && c.LockDays == 0:
		return nil
	case c.Lock != "compliance" && c.Lock != "governance":
		return errors.New("document.archive_lock: must be compliance or governance")
	case c.LockDays < 1 || c.LockDays > mostLockDays:
		return fmt.Errorf("document.archive_lock_days: must be 1 to %d", mostLockDays)
	case !strings.HasPrefix(c.URL, s3blob.Scheme+"://"):
		return errors.New("document.archive_lock: only an s3 archive can be locked from here: elsewhere set a retention policy on the bucket")
	}
	return nil
}

// Folder is the archive's folder, "" when it is a bucket.
func (c Config) Folder() string {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "file" {
		return ""
	}
	return filepath.Clean(filepath.FromSlash(u.Path))
}

// Open opens an archive. A folder is made when it is missing; of a bucket nothing is asked yet: see Archive.Check.
func Open(ctx context.Context, cfg Config) (*Archive, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	u, err := cfg.parse()
	if err != nil {
		return nil, err
	}
	kind, query := places()[u.Scheme], u.Query()
	prefix := strings.Trim(query.Get(prefixParameter), "/")
	if prefix != "" {
		prefix += "/"
	}
	query.Del(prefixParameter)
	u.RawQuery = query.Encode()
	bucket, err := kind.open(ctx, u)
	if err != nil {
		return nil, fmt.Errorf("open the archive: %w", err)
	}
	a := &Archive{bucket: bucket, prefix: prefix, folder: cfg.Folder(), logger: cfg.Logger}
	if a.logger == nil {
		a.logger = slog.New(slog.DiscardHandler)
	}
	if u.Scheme == s3blob.Scheme {
		a.s3, err = newVault(bucket, u.Host, cfg)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the archive: %w", err), bucket.Close())
	}
	return a, nil
}

func openFolder(_ context.Context, u *url.URL) (*blob.Bucket, error) {
	return fileblob.OpenBucket(filepath.FromSlash(u.Path), &fileblob.Options{
		CreateDir: true, DirFileMode: 0o700, Metadata: fileblob.MetadataDontWrite,
	})
}

func openS3(ctx context.Context, u *url.URL) (*blob.Bucket, error) {
	return new(s3blob.URLOpener).OpenBucketURL(ctx, u)
}

// openGCS takes the application default credentials, as the driver's own opener does; that one goes on without any, and
// writes about it to the standard output.
func openGCS(ctx context.Context, u *url.URL) (*blob.Bucket, error) {
	client := gcp.NewAnonymousHTTPClient(gcp.DefaultTransport())
	if os.Getenv("STORAGE_EMULATOR_HOST") == "" {
		credentials, err := gcp.DefaultCredentials(ctx)
		if err != nil {
			return nil, errors.New("no Google application default credentials were found")
		}
		if client, err = gcp.NewHTTPClient(gcp.DefaultTransport(), gcp.CredentialsTokenSource(credentials)); err != nil {
			return nil, err
		}
	}
	return gcsblob.OpenBucket(ctx, client, u.Host, nil)
}

func openAzure(ctx context.Context, u *url.URL) (*blob.Bucket, error) {
	if os.Getenv("AZURE_STORAGE_SAS_TOKEN") != "" && (u.Query().Has("domain") || u.Query().Has("protocol")) {
		return nil, errors.New("with AZURE_STORAGE_SAS_TOKEN the server must come from the environment as well: the token goes there")
	}
	opener := azureblob.URLOpener{
		MakeClient: azureblob.NewDefaultClient, ServiceURLOptions: *azureblob.NewDefaultServiceURLOptions(),
	}
	return opener.OpenBucketURL(ctx, u)
}
