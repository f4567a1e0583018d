package document

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/document/internal/archive"
	"github.com/countersign/countersign/services/document/internal/paper"
)

// Config of the document role.
type Config struct {
	// Listen is the gRPC address, on the loopback; empty means that only roles in the same process can call.
	Listen string `yaml:"listen"`
	// Address where other processes reach this role, host:port; needed where it does not run in the same process.
	Address string `yaml:"address"`
	// Archive is the URL of the archive; empty means the folder "archive" in the data folder. It never holds credentials,
	// and a parameter that is not listed here is refused. "prefix" is a folder inside the bucket.
	//
	//   - file:///FOLDER: made when it is missing; every file is flushed to the disk before it counts as archived.
	//   - s3://BUCKET: Amazon S3, or a server that speaks its protocol and honours If-None-Match. Parameters: region,
	//     prefix, endpoint (URL of another server), use_path_style (true for most other servers), profile, role (ARN to
	//     assume), dualstack, fips, request_checksum_calculation (when_required for servers that know no checksums).
	//     Credentials are those of the AWS environment variables, files or instance; encryption is the bucket's default.
	//     It needs s3:PutObject, s3:GetObject, s3:ListBucket, s3:DeleteObject and s3:DeleteObjectVersion; to lock also
	//     s3:PutObjectRetention, s3:GetObjectRetention and s3:GetBucketObjectLockConfiguration, and to turn a governance
	//     lock into a compliance lock s3:BypassGovernanceRetention.
	//   - gs://BUCKET: Google Cloud Storage, with the application default credentials. Parameter: prefix. Only opening it is
	//     tested.
	//   - azblob://CONTAINER: Azure Blob Storage. Parameters: prefix, storage_account, domain, protocol, cdn, localemu. The
	//     account and its credentials come from AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN,
	//     AZURE_STORAGE_CONNECTION_STRING or the default Azure credential. Only opening it is tested.
	Archive string `yaml:"archive"`
	// ArchiveLock is the S3 Object Lock mode of what is archived: "governance", which a privileged user can lift, or
	// "compliance", which nobody can, not even to erase personal data that the law wants erased. Empty means no lock. The
	// bucket must have Object Lock switched on.
	ArchiveLock string `yaml:"archive_lock"`
	// ArchiveLockDays is how long it stays locked, in days from when the same bytes were last archived: 1 to 36500.
	ArchiveLockDays int `yaml:"archive_lock_days"`
	// Templates is a folder with one folder per template; they come beside the built-in ones and take the place of those
	// with the same id. Empty means the built-in ones alone.
	Templates string `yaml:"templates"`
	// TrustAnchors are files of PEM certificates that proof starts from. A line "Proves: QES-EIDAS TIMESTAMP" before a
	// certificate says what it may prove; without one it proves AES, SEAL and TIMESTAMP, and never a qualified signature.
	TrustAnchors []string `yaml:"trust_anchors"`
	// Retention says how long documents are kept, by their kind. It is read anew at every start and holds for the
	// documents that are there as well.
	Retention Retention `yaml:"retention"`
}

// Retention is how long documents of each kind are kept.
//
// Documents that were made from one another (the PDF that was sent, the signed one, the audit trail, the evidence package)
// are deleted by themselves only together, at the latest of their dates: without the PDF that was sent the signed one could
// not be verified. So set delete_after_days for every kind, or nothing that belongs to a signed document is ever deleted by
// itself. A legal hold on one of them keeps them all. A call of DeleteDocument deletes the one that it names.
//
// Periods of commercial law, for the operator's counsel to confirm: Germany 8 years for vouchers, 6 for commercial letters
// such as contracts, 10 for books (section 257 HGB, section 147 AO); Switzerland 10 years (Art. 958f OR); France 10 years
// for accounting documents (Art. L123-22 Code de commerce). In Germany the period starts at the end of the calendar year, in
// Switzerland at the end of the business year: add 366 days. 10 years and a start at the year's end are 4019 days.
type Retention struct {
	// Rendered here from a template.
	Rendered Period `yaml:"rendered"`
	// Uploaded to be signed.
	Uploaded Period `yaml:"uploaded"`
	// Signed, as a provider returned it.
	Signed Period `yaml:"signed"`
	// AuditTrail is a provider's protocol.
	AuditTrail Period `yaml:"audit_trail"`
	// Evidence is a package that proves one signature request.
	Evidence Period `yaml:"evidence"`
}

// Period is how long documents of one kind are kept, in days of 24 hours from when they were archived.
type Period struct {
	// KeepDays is how long nobody can delete them: at most 36500; 0 means no minimum.
	KeepDays int `yaml:"keep_days"`
	// DeleteAfterDays is when they are deleted by themselves: not less than keep_days, at most 36500; 0 means never.
	DeleteAfterDays int `yaml:"delete_after_days"`
}

func (r Retention) periods() paper.Retention {
	out := paper.Retention{}
	for kind, p := range map[paper.Kind]Period{
		paper.KindRendered: r.Rendered, paper.KindUploaded: r.Uploaded, paper.KindSigned: r.Signed,
		paper.KindAuditTrail: r.AuditTrail, paper.KindEvidence: r.Evidence,
	} {
		out[kind] = paper.Period(p)
	}
	return out
}

func (c Config) checkRetention() error {
	periods := c.Retention.periods()
	var errs []error
	for _, kind := range slices.Sorted(maps.Keys(periods)) {
		if err := periods[kind].Check(); err != nil {
			errs = append(errs, fmt.Errorf("document.retention.%s: %w", strings.ToLower(string(kind)), err))
		}
	}
	return errors.Join(errs...)
}

// DefaultConfig returns the settings that need no file.
func DefaultConfig() Config { return Config{} }

// Check tells what is wrong with the settings, all at once.
func (c Config) Check() error {
	_, anchorErr := c.anchors()
	_, templateErr := c.templates()
	return errors.Join(anchorErr, templateErr, c.checkArchive(), c.checkRetention())
}

func (c Config) checkArchive() error {
	settings, err := c.archive("")
	if err == nil {
		err = settings.Check()
	}
	if err != nil {
		return fmt.Errorf("document.archive: %w", err)
	}
	return nil
}

// archive returns the archive's settings; data is the data folder.
func (c Config) archive(data string) (archive.Config, error) {
	location := c.Archive
	if location == "" {
		folder, err := filepath.Abs(filepath.Join(data, "archive"))
		if err != nil {
			return archive.Config{}, err
		}
		location = (&url.URL{Scheme: "file", Path: filepath.ToSlash(folder)}).String()
	}
	return archive.Config{URL: location, Lock: c.ArchiveLock, LockDays: c.ArchiveLockDays}, nil
}

// bundle reads the anchors' files one after another.
func (c Config) bundle() ([]byte, error) {
	var bundle []byte
	for _, path := range c.TrustAnchors {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("document.trust_anchors: %w", err)
		}
		bundle = append(append(bundle, content...), '\n')
	}
	return bundle, nil
}
