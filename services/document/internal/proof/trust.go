package proof

import (
	"crypto"
	"crypto/x509"
	"strings"
	"time"

	"github.com/countersign/countersign/services/document/internal/pdf"
	"github.com/countersign/countersign/services/document/internal/proof/cms"
)

// clockSkew is how far a signer's or timestamp service's clock may run ahead of ours.
const clockSkew = 5 * time.Minute

// checkTrust asks when each signature was made and whether its certificate led to an anchor then. It goes from the last
// signature to the first, because a document timestamp proves that everything before it existed.
func (e *examination) checkTrust() {
	results := make([][]Finding, len(e.signatures))
	var before time.Time // the earliest trusted document timestamp seen so far; zero without one
	for i := len(e.signatures) - 1; i >= 0; i-- {
		s := e.signatures[i]
		if !s.sound {
			continue
		}
		if s.stamp {
			f := e.trustStamp(s)
			if f.Outcome == CheckPassed {
				before = s.seen
			}
			results[i] = []Finding{f}
			continue
		}
		stamp, at := e.timestamp(s, before)
		results[i] = []Finding{stamp, usageFinding(s.message.Signer), e.trustSigner(s, at)}
	}
	for i, findings := range results {
		for _, f := range findings {
			e.noteOn(i, f)
		}
	}
}

func usageFinding(c *x509.Certificate) Finding {
	if reason := keyUsage(c); reason != "" {
		return Finding{Check: CheckKeyUsage, Outcome: CheckFailed, Reason: reason,
			Detail: "the certificate was not issued for signing documents"}
	}
	return Finding{Check: CheckKeyUsage, Outcome: CheckPassed, Reason: "FOR_SIGNING",
		Detail: "the certificate may sign documents"}
}

// trustStamp checks the certificate of a document timestamp at the time it states.
func (e *examination) trustStamp(s *signature) Finding {
	f := e.stampFinding(s.message, s.seen)
	if f.Outcome == CheckPassed {
		s.report.TimestampTime = s.seen
	}
	return f
}

// stampFinding says whether a verified token comes from a trusted timestamp service.
func (e *examination) stampFinding(m *cms.Message, at time.Time) Finding {
	f := Finding{Check: CheckTimestamp, Outcome: CheckFailed}
	f.Detail = "the timestamp's certificate must lead to an anchor for timestamps at the time it states"
	if at.After(e.request.Now.Add(clockSkew)) {
		f.Reason = "TIMESTAMP_IN_FUTURE"
		return f
	}
	if !onlyTimestamps(m.Signer) {
		f.Reason = "EXTENDED_KEY_USAGE_WRONG"
		return f
	}
	c := e.verifier.anchors.chain(m, at, x509.ExtKeyUsageTimeStamping)
	if f.Outcome, f.Reason = c.outcome, c.reason; c.outcome == CheckPassed && !c.proves.has(provesTimestamp) {
		f.Outcome, f.Reason = CheckIndeterminate, "ANCHOR_NOT_FOR_THIS"
	}
	return f
}

// onlyTimestamps holds a timestamping unit to RFC 3161: its one extended key usage is timeStamping.
func onlyTimestamps(c *x509.Certificate) bool {
	return len(c.ExtKeyUsage) == 1 && c.ExtKeyUsage[0] == x509.ExtKeyUsageTimeStamping && len(c.UnknownExtKeyUsage) == 0
}

// timestamp returns the time by which the signature is proven to have existed; zero when nothing proves one.
func (e *examination) timestamp(s *signature, before time.Time) (Finding, time.Time) {
	f := Finding{Check: CheckTimestamp}
	der := s.message.TimestampToken()
	if der == nil && !before.IsZero() {
		f.Outcome, f.Reason = CheckPassed, "DOCUMENT_TIMESTAMP"
		f.Detail = "a later timestamp over the document proves when the signature existed"
		s.report.TimestampTime = before
		return f, before
	}
	if der == nil {
		f.Outcome, f.Reason = CheckNotApplicable, "NO_TIMESTAMP"
		f.Detail = "the signature holds no timestamp; its time is the signer's claim"
		return f, time.Time{}
	}
	token, err := cms.VerifyToken(der, func(h crypto.Hash) []byte {
		w := h.New()
		w.Write(s.message.Signature)
		return w.Sum(nil)
	})
	if err != nil {
		f.Outcome, f.Reason = ofCMS(err)
		f.Detail = "the timestamp does not verify"
		return f, time.Time{}
	}
	f = e.stampFinding(token.Message, token.Time)
	if f.Outcome != CheckPassed {
		return f, time.Time{}
	}
	s.report.TimestampTime = token.Time
	return f, token.Time
}

// trustSigner looks for a path to an anchor. A timestamp proves when the signature existed, so the path must hold then,
// and may have expired since: certificates of remote signing live for minutes. Without a timestamp the signer's clock is
// only a claim. It must be plausible, never after now, and the path must hold both then and now: a claim alone would let
// whoever finds an expired key sign into the past.
func (e *examination) trustSigner(s *signature, proven time.Time) Finding {
	f := Finding{Check: CheckChain, Detail: "the certificate must lead to a configured anchor at the time of signing"}
	at := proven
	if at.IsZero() {
		at = s.claimedTime(e.request.Now)
		if at.After(e.request.Now.Add(clockSkew)) {
			f.Outcome, f.Reason = CheckFailed, "SIGNING_TIME_IN_FUTURE"
			return f
		}
	}
	c := e.verifier.anchors.chain(s.message, at, x509.ExtKeyUsageAny)
	if c.outcome == CheckPassed && proven.IsZero() {
		c = e.verifier.anchors.chain(s.message, e.request.Now, x509.ExtKeyUsageAny)
	}
	if c.reason == notValidThen && proven.IsZero() {
		c = chained{outcome: CheckIndeterminate, reason: "SIGNING_TIME_UNPROVEN"}
	}
	f.Outcome, f.Reason = c.outcome, c.reason
	s.holder.proves = c.proves
	if c.outcome == CheckPassed && s.holder.level(e.request.Legislation) == "" && !s.holder.sealed() {
		f.Outcome, f.Reason = CheckIndeterminate, "ANCHOR_NOT_FOR_THIS"
	}
	s.report.Level = s.holder.level(e.request.Legislation)
	return f
}

// claimedTime is the signing time that the signature claims, else now.
func (s *signature) claimedTime(now time.Time) time.Time {
	if s.report.SigningTime.IsZero() {
		return now
	}
	return s.report.SigningTime
}

// statedTime is the time in the signature dictionary, zero when there is none.
func (s *signature) statedTime() time.Time {
	m, _ := s.value["M"].(pdf.String)
	stated := strings.ReplaceAll(strings.TrimPrefix(string(m.Bytes), "D:"), "'", "")
	for _, layout := range []string{"20060102150405Z0700", "20060102150405-0700", "20060102150405"} {
		if t, err := time.Parse(layout, stated); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
