package document

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/countersign/countersign/services/document/internal/archive"
)

// Config of the document role.
type Config struct {
	// Listen is the gRPC address, on the loopback; empty means that only roles in the same process can call.
	Listen string `yaml:"listen"`
	// Address where other processes reach this role, host:port; needed where it does not run in the same process.
	Address string `yaml:"address"`
	// Archive is the URL of the archive, which belongs to this service's database alone: two services on the same folder, or
	// bucket and prefix, would delete each other's documents. Empty means the folder "archive" in the data folder. It never holds credentials,
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
	// TrustedLists is a folder with the trusted lists of the European Union (ETSI TS 119 612), which say whose certificates
	// are qualified and when. Nothing is fetched: put the files there, renew them before they expire, at the latest every
	// six months, and restart. Empty means that only TrustAnchors can make a signature qualified.
	//
	//   - lotl-signers.pem: the certificates of the list of lists' signers, as published in the Official Journal. Compare
	//     them with the Journal: trust starts here. When the signers change, by pivots, take the new ones from there too.
	//   - lotl.xml: the list of lists, https://ec.europa.eu/tools/lotl/eu-lotl.xml.
	//   - *.xml: the lists of the states, under any name; the list of lists says where they are.
	//   - switzerland.pem: optional; anchors for issuers under Swiss law (ZertES), whom no list of the Union names, in the
	//     syntax of TrustAnchors with the line "Proves: QES-ZERTES TIMESTAMP".
	//
	// A list of lists that does not verify ends the start; a state's list that does not is left out, with a warning. What
	// happened after a list expired is an open question. An anchor that is declared QES-EIDAS stays so whatever lists say.
	TrustedLists string `yaml:"trusted_lists"`
	// RequireRevocation makes a signature whose certificate's revocation cannot be looked up an open question. By default the
	// proof says that nothing is known, and goes on: data comes from the file alone, nothing is fetched.
	RequireRevocation bool `yaml:"require_revocation"`
	// Retention says how long documents are kept, by their kind. It is read anew at every start and holds for the
	// documents that are there as well.
	Retention Retention `yaml:"retention"`
}

// DefaultConfig returns the settings that need no file.
func DefaultConfig() Config { return Config{} }

// Check tells what is wrong with the settings, all at once.
func (c Config) Check() error {
	_, trustErr := c.trust()
	_, templateErr := c.templates()
	return errors.Join(trustErr, templateErr, c.checkArchive(), c.checkRetention())
}

func (c Config) checkArchive() error {
	settings, err := c.archive("")
	if err != nil {
		return fmt.Errorf("document.archive: %w", err)
	}
	return settings.Check()
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
