package proof

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// Verifier verifies signed PDFs. It holds no state between calls and is safe for concurrent use.
type Verifier struct {
	anchors  Anchors
	lists    TrustedLists
	roots    *x509.CertPool
	maxBytes int

	requireRevocation bool
}

// New returns a verifier that trusts the anchors and the lists and nobody else.
func New(anchors Anchors, o Options) *Verifier {
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	var listed []*x509.Certificate
	if o.Lists != nil {
		listed = o.Lists.Anchors()
	}
	return &Verifier{
		anchors: anchors, roots: anchors.pool(listed), lists: o.Lists, maxBytes: o.MaxBytes,
		requireRevocation: o.RequireRevocation,
	}
}

// Verify makes every check that can be made and returns the report; it has no error, because a file that cannot be read
// is a finding too. When ctx ends first the verdict is INDETERMINATE with reason CANCELED. Time and memory are bounded
// by a multiple of the size of the file.
func (v *Verifier) Verify(ctx context.Context, r Request) (report Report) {
	e := &examination{ctx: ctx, verifier: v, request: r.withDefaults()}
	defer func() {
		// The file is hostile and the verdict must exist whatever happens; a fault in here is never a proof.
		if recover() != nil {
			e.note(CheckFile, CheckIndeterminate, "VERIFIER_FAULT", "the verifier met a fault of its own")
		}
		report = e.report()
	}()
	e.run()
	return report
}

// examination is one run of Verify.
type examination struct {
	ctx      context.Context
	verifier *Verifier
	request  Request

	doc        *pdf.Document
	signatures []*signature
	validation *validation
	findings   []Finding
	// signing are the trusted signatures of the people who were to sign, when none is missing.
	signing []*signature
	level   string
	// added says that people filled in or noted something after a signature, as its certification permits.
	added bool
	hash  string
}

func (e *examination) report() Report {
	r := Report{Verdict: verdictOf(e.findings), Level: e.level, Findings: e.findings, SHA256: e.hash}
	if e.verifier.lists != nil {
		r.TrustedLists = e.verifier.lists.Snapshot()
	}
	for _, s := range e.signatures {
		r.Signatures = append(r.Signatures, s.report)
	}
	if r.Verdict == Failed || r.Verdict == Indeterminate && !e.intact() {
		r.Level = ""
	}
	return r
}

// intact says that the checks on the whole file were reached; before that a level means nothing.
func (e *examination) intact() bool {
	return len(e.findings) > 0 && e.findings[len(e.findings)-1].Check == CheckLevel
}

func (e *examination) note(c Check, o Outcome, reason, detail string) {
	e.findings = append(e.findings, Finding{Check: c, Outcome: o, Reason: reason, Detail: detail})
}

// noteOn records a finding about the i-th signature, counted from 0.
func (e *examination) noteOn(i int, f Finding) {
	f.Signature = i + 1
	e.findings = append(e.findings, f)
}

// run makes the checks in order and stops where the next one would have nothing to stand on.
func (e *examination) run() {
	steps := []func() bool{
		e.checkRequest, e.open, e.findSignatures, e.countSignatures, e.checkSignatures, e.checkChanges, e.checkSent,
		e.checkSigners, e.checkTrustedLists,
	}
	for _, step := range steps {
		if e.ctx.Err() != nil {
			e.note(CheckFile, CheckIndeterminate, "CANCELED", "the verification was cut short")
			return
		}
		if !step() {
			return
		}
	}
	e.checkLevel()
}

func (e *examination) checkRequest() bool {
	if !e.request.valid() {
		e.note(CheckRequest, CheckIndeterminate, "REQUEST_INVALID",
			"the level or the legislation is unknown, or there are too many signers")
		return false
	}
	return true
}

func (e *examination) open() bool {
	if len(e.request.Signed) > e.verifier.maxBytes || len(e.request.Sent) > e.verifier.maxBytes {
		e.note(CheckFile, CheckFailed, "FILE_TOO_LARGE", "the file is larger than the configured bound")
		return false
	}
	sum := sha256.Sum256(e.request.Signed)
	e.hash = hex.EncodeToString(sum[:])
	doc, err := pdf.OpenWithin(e.request.Signed, limits(1))
	if err != nil {
		e.noteFile(err)
		return false
	}
	e.doc = doc
	e.note(CheckFile, CheckPassed, "PARSED", "the file is a complete PDF within the bounds")
	return true
}

// noteFile records why the signed file cannot be read.
func (e *examination) noteFile(err error) {
	outcome, reason := ofPDF(err)
	e.note(CheckFile, outcome, reason, "the file cannot be read")
}

// ofPDF turns a failure to read into an outcome and a reason. A file that is too complex,
// encrypted or ambiguous may be right.
func ofPDF(err error) (Outcome, string) {
	var p *pdf.Error
	if errors.As(err, &p) {
		switch p.Kind {
		case pdf.Encrypted:
			return CheckIndeterminate, "FILE_ENCRYPTED"
		case pdf.TooComplex:
			return CheckIndeterminate, "FILE_TOO_COMPLEX"
		case pdf.Ambiguous:
			return CheckIndeterminate, "FILE_AMBIGUOUS"
		}
	}
	return CheckFailed, "FILE_MALFORMED"
}

func (e *examination) findSignatures() bool {
	f, err := readForm(e.doc)
	if err != nil {
		e.noteFile(err)
		return false
	}
	e.signatures = signaturesOf(e.request.Signed, f)
	switch n := len(e.signatures); {
	case n == 0:
		e.note(CheckPresent, CheckFailed, "NO_SIGNATURE", "the file holds no signature")
		return false
	case n > maxSignatures:
		e.signatures = nil
		e.note(CheckPresent, CheckIndeterminate, "TOO_MANY_SIGNATURES", "the file holds more signatures than are looked at")
		return false
	}
	if e.countOfSignatures() == 0 {
		e.note(CheckPresent, CheckFailed, "ONLY_TIMESTAMPS", "the file holds timestamps and nobody's signature")
		return true
	}
	e.note(CheckPresent, CheckPassed, "SIGNED", "the file holds a signature")
	return true
}

// countOfSignatures leaves out document timestamps, which are nobody's signatures.
func (e *examination) countOfSignatures() int {
	n := 0
	for _, s := range e.signatures {
		if !s.stamp {
			n++
		}
	}
	return n
}

func (e *examination) countSignatures() bool {
	switch e.request.SignatureCount {
	case 0:
		e.note(CheckCount, CheckNotApplicable, notAsked, "no number of signatures was asked for")
	case e.countOfSignatures():
		e.note(CheckCount, CheckPassed, "COUNT_MATCHES", "the file holds as many signatures as were asked for")
	default:
		e.note(CheckCount, CheckFailed, "COUNT_DIFFERS", "the file holds another number of signatures than was asked for")
	}
	return true
}
