package document

import (
	"bytes"
	"context"
	"time"

	"github.com/countersign/countersign/services/document/internal/evidence"
	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/proof/revocation"
	"github.com/countersign/countersign/services/document/internal/proof/statement"
)

// VerifyRequest is a file and what it is held against. Whatever is left away is not checked.
type VerifyRequest struct {
	// Name is what the file is called in the answer.
	Name string
	// File is the signed PDF, at most 64 MiB, or an evidence package, whose own expectations hold where the request has
	// none; Sent the PDF that was sent to be signed, nil when it is not at hand.
	File, Sent []byte
	// Anchors are bundles of PEM certificates to trust; a line "Proves:" says for what, as in the configuration.
	Anchors [][]byte
	// TrustedLists is a folder of trusted lists, laid out as Config.TrustedLists says; empty for none.
	TrustedLists string
	// Level is SES, AES or QES; empty asks which one the file proves. Legislation is EIDAS, the default, or ZERTES.
	Level, Legislation string
	// Signers are the whole names of the people who must have signed.
	Signers []string
	// Signatures is how many signatures the file must hold, document timestamps not counted; 0 for any number.
	Signatures int
	// Revocation are CRLs and OCSP answers beside those in the file. RequireRevocation makes an unknown status an open
	// question.
	Revocation        [][]byte
	RequireRevocation bool
	// At is the time of verification.
	At time.Time
}

// Verification is what came of Verify, in the shape that `countersign verify --json` prints. Texts of Signatures come
// from the file and hold personal data; nothing else does but File.
type Verification = statement.Statement

// MaxVerifyBytes is the size of the largest PDF that Verify looks at.
const MaxVerifyBytes = 64 << 20

// IsPDF tells a PDF by its first bytes (ISO 32000-2, 7.5.2).
func IsPDF(file []byte) bool { return bytes.HasPrefix(file, []byte("%PDF-")) }

// IsRevocation says that a file, in DER or PEM, holds CRLs and OCSP answers and nothing else, at most 16 MiB of them.
func IsRevocation(file []byte) bool { return revocation.Readable(file) }

// Verify says what a signed file proves. It needs no service, no network and no configuration. The error means that the
// request itself cannot be used, never that the file is bad.
func Verify(ctx context.Context, r VerifyRequest) (Verification, error) {
	trusted, err := r.trust()
	if err != nil {
		return Verification{}, err
	}
	verifier := trusted.verifier(proof.Options{MaxBytes: MaxVerifyBytes, RequireRevocation: r.RequireRevocation})
	var v Verification
	if evidence.Recognized(r.File) {
		v = verifyPackage(ctx, verifier, r)
	} else {
		report := verifier.Verify(ctx, r.proofRequest())
		if report.Verdict == proof.Failed && !IsPDF(r.File) {
			report.Findings = []proof.Finding{{Check: proof.CheckFile, Outcome: proof.CheckFailed, Reason: "NOT_A_PDF",
				Detail: "the file is neither a PDF nor an evidence package"}}
		}
		v = statement.Of(r.Name, r.Level, report)
	}
	if trusted.lists != nil {
		for _, refused := range trusted.lists.Refused() {
			v.RefusedLists = append(v.RefusedLists, refused.Error())
		}
	}
	return v, nil
}

func (r VerifyRequest) proofRequest() proof.Request {
	request := proof.Request{
		Signed: r.File, Sent: r.Sent, Level: r.Level, Legislation: r.Legislation, SignatureCount: r.Signatures,
		Revocation: r.Revocation, Now: r.At,
	}
	for _, name := range r.Signers {
		request.Signers = append(request.Signers, proof.Signer{Name: name})
	}
	return request
}

// trust is what the request says is to be trusted.
func (r VerifyRequest) trust() (trust, error) {
	var all []proof.Anchors
	for _, bundle := range r.Anchors {
		one, err := proof.NewAnchors(bundle)
		if err != nil {
			return trust{}, err
		}
		all = append(all, one)
	}
	return newTrust(proof.JoinAnchors(all...), r.TrustedLists)
}
