package proof

import (
	"errors"
	"slices"

	"github.com/countersign/countersign/services/document/internal/pdf"
	"github.com/countersign/countersign/services/document/internal/proof/cms"
)

// checkSignatures checks each signature for itself. Later steps need every byte range to be right and every message to
// be readable, so it stops the run where one is not.
func (e *examination) checkSignatures() bool {
	ok := true
	for i := range e.signatures {
		ok = e.checkRange(i) && ok
	}
	if !ok || !e.checkOrder() {
		return false
	}
	for i := range e.signatures {
		ok = e.checkMessage(i) && ok
	}
	if !ok {
		return false
	}
	e.checkTrust()
	return true
}

// checkRange also opens the state of the file that the signature covers: a range that ends anywhere but at the end of a
// revision would let the bytes after it change what the bytes before it mean.
func (e *examination) checkRange(i int) bool {
	s := e.signatures[i]
	f := Finding{Check: CheckByteRange, Outcome: CheckFailed}
	f.Detail = "the signed range is not exactly the file up to the end of a revision, without the signature itself"
	if f.Reason = s.subFilter(); f.Reason == "" {
		f.Reason = s.locate()
	}
	if f.Reason == "" {
		f.Outcome, f.Reason = e.checkState(i)
	}
	if f.Reason == cms.ReasonRefused {
		f = algorithmsFinding(&cms.Error{Reason: f.Reason}, "the container of the signature")
	}
	if f.Reason != "" {
		e.noteOn(i, f)
		return false
	}
	s.report.CoversWholeRevision = true
	s.report.CoversWholeFile = s.end == len(s.file)
	e.noteOn(i, Finding{Check: CheckByteRange, Outcome: CheckPassed, Reason: "EXACT", Detail: "the signed range is exact"})
	return true
}

// checkState asks whether the signature is part of the form in the state of the file that it ends.
func (e *examination) checkState(i int) (Outcome, string) {
	s := e.signatures[i]
	state, err := e.state(i)
	if outcome, reason := ofPDF(err); err != nil && outcome == CheckIndeterminate {
		return outcome, reason
	}
	if err != nil {
		return CheckFailed, "RANGE_ENDS_INSIDE_A_REVISION"
	}
	f, err := readForm(state)
	if outcome, reason := ofPDF(err); err != nil && outcome == CheckIndeterminate {
		return outcome, reason
	}
	if err != nil || !slices.ContainsFunc(f.signed(), func(o *field) bool {
		return o.number == s.number && o.contents.Start == s.contents.Start
	}) {
		return CheckFailed, "SIGNATURE_NOT_IN_ITS_REVISION"
	}
	return CheckFailed, ""
}

// state opens the file as it was at the end of the i-th signature. It is not kept: all of them together are too much.
func (e *examination) state(i int) (*pdf.Document, error) {
	s := e.signatures[i]
	return pdf.OpenWithin(s.file[:s.end], limits(len(e.signatures)))
}

// checkOrder refuses signatures that share a token or overlap: each must be made over a file that holds all of the
// earlier ones.
func (e *examination) checkOrder() bool {
	for i := 1; i < len(e.signatures); i++ {
		if e.signatures[i].contents.Start < e.signatures[i-1].end {
			e.noteOn(i, Finding{
				Check: CheckByteRange, Outcome: CheckFailed, Reason: "SIGNATURES_OVERLAP",
				Detail: "two signatures share bytes that only one of them may have",
			})
			return false
		}
	}
	return true
}

// checkMessage verifies digest and signature of one message.
func (e *examination) checkMessage(i int) bool {
	s := e.signatures[i]
	err := s.verify()
	digest := Finding{Check: CheckDigest, Outcome: CheckPassed, Reason: "MATCHES", Detail: "the signed bytes are unchanged"}
	message := Finding{Check: CheckCMS, Outcome: CheckPassed, Reason: "VALID",
		Detail: "the signature is valid for its certificate"}
	var c *cms.Error
	if errors.As(err, &c) && (c.Reason == cms.ReasonDigest || c.Reason == cms.ReasonImprint) {
		digest.Outcome, digest.Reason = CheckFailed, c.Reason
		digest.Detail = "the bytes are not the ones that were signed"
		e.noteOn(i, digest)
		return false
	}
	if err == nil {
		s.sound = true
		if s.unbound {
			message.Reason = "VALID_UNBOUND"
			message.Detail = "the signature is valid for its certificate, which the signed attributes do not name"
		}
		e.noteOn(i, digest)
		e.noteOn(i, message)
		return true
	}
	message.Outcome, message.Reason = ofCMS(err)
	message.Detail = "the signature does not verify"
	if ofAlgorithm(err) {
		message = algorithmsFinding(c, "the signature")
	}
	e.noteOn(i, message)
	return message.Outcome == CheckIndeterminate // nothing is wrong so far, so the other checks may still find what is
}

// verify parses and verifies the message of the signature.
func (s *signature) verify() error {
	if s.stamp {
		token, err := cms.VerifyToken(s.der, s.hashed)
		if err != nil {
			return err
		}
		s.message, s.seen = token.Message, token.Time
		s.describe()
		return nil
	}
	m, err := cms.Parse(s.der)
	if err != nil {
		return err
	}
	s.message = m
	s.describe()
	if err := m.Verify(s.hashed(m.Hash)); err != nil {
		return err
	}
	err = m.Bound()
	var c *cms.Error
	if errors.As(err, &c) && c.Reason == cms.ReasonUnbound && s.value["SubFilter"] == pdf.Name("adbe.pkcs7.detached") {
		s.unbound = true // ISO 32000-1, 12.8.3.3, does not ask for the attribute, EN 319 142-1, 5.3, does
		return nil
	}
	return err
}

func (s *signature) describe() {
	c := s.message.Signer
	s.holder = readHolder(c)
	s.report.SubjectCN, s.report.IssuerCN = clip(c.Subject.CommonName), clip(c.Issuer.CommonName)
	s.report.SerialNumber = c.SerialNumber.Text(16)
	s.report.NotBefore, s.report.NotAfter = c.NotBefore, c.NotAfter
	s.report.QualifiedClaim = s.holder.statements.compliant
	s.report.QualifiedDeviceClaim = s.holder.statements.device
	s.report.QualifiedTypes = s.holder.statements.types()
	s.report.QualifiedLegislations = s.holder.statements.countries
	s.report.SealClaim = !s.holder.personal && !s.stamp
	if s.stamp {
		return
	}
	s.report.SigningTime = s.statedTime()
	if t, ok := s.message.SigningTime(); ok {
		s.report.SigningTime = t.UTC()
	}
}
