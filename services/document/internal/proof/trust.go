package proof

import (
	"crypto"
	"crypto/x509"
	"strings"
	"time"

	"github.com/countersign/countersign/services/document/internal/pdf"
	"github.com/countersign/countersign/services/document/internal/proof/cms"
	"github.com/countersign/countersign/services/document/internal/proof/revocation"
)

// clockSkew is how far a signer's or timestamp service's clock may run ahead of ours.
const clockSkew = 5 * time.Minute

// checkTrust asks when each signature was made and whether its certificate led to an anchor then. It goes from the last
// signature to the first, because a document timestamp proves that everything before it existed.
func (e *examination) checkTrust() {
	e.validation = e.validationData()
	results := make([][]Finding, len(e.signatures))
	var before time.Time // the earliest trusted document timestamp seen so far; zero without one
	for i := len(e.signatures) - 1; i >= 0; i-- {
		s := e.signatures[i]
		switch {
		case !s.sound:
		case s.stamp:
			f, h := e.stamped(s.message, s.seen, before)
			algorithms, revocations := h.findings()
			results[i] = append(append([]Finding{stampInWords(f)}, algorithms...), revocations...)
			s.report.TrustService = h.standing.Service
			if f.Outcome == CheckPassed {
				before, s.report.TimestampTime = s.seen, s.seen
			}
		default:
			results[i] = e.trustSignature(s, before)
		}
	}
	for i, findings := range results {
		for _, f := range findings {
			e.noteOn(i, f)
		}
	}
}

// trustSignature makes the findings about one signature; one finding on algorithms and one on revocation speak about its
// certificate and about its timestamp's.
func (e *examination) trustSignature(s *signature, before time.Time) []Finding {
	stamp, ofStamp, at := e.timestamp(s, before)
	chain, ofSigner := e.trustSigner(s, at)
	algorithms, revocations := ofSigner.findings()
	if ofStamp != nil {
		a, r := ofStamp.findings()
		algorithms, revocations = append(algorithms, a...), append(revocations, r...)
	}
	when := "at the time of signing"
	if at.IsZero() {
		when = "at the time that the signer claims, and is now"
	}
	chain = chain.inWords("the certificate", when)
	findings := []Finding{stampInWords(stamp), worst(algorithms...), usageFinding(s.message.Signer), chain}
	if len(revocations) > 0 {
		findings = append(findings, worst(revocations...))
	}
	return findings
}

func usageFinding(c *x509.Certificate) Finding {
	if reason := keyUsage(c); reason != "" {
		return Finding{Check: CheckKeyUsage, Outcome: CheckFailed, Reason: reason,
			Detail: "the certificate was not issued for signing documents"}
	}
	return Finding{Check: CheckKeyUsage, Outcome: CheckPassed, Reason: "FOR_SIGNING",
		Detail: "the certificate may sign documents"}
}

// stamped says whether a verified token comes from a trusted timestamp service, and what was found about its path. proven
// is when the token existed for certain; zero when only the token says so.
func (e *examination) stamped(m *cms.Message, at, proven time.Time) (Finding, held) {
	f := Finding{Check: CheckTimestamp, Outcome: CheckFailed}
	f.Detail = "the timestamp's certificate must lead to an anchor for timestamps at the time it states"
	u := use{by: "the timestamp", stamp: true, at: at, moment: revocation.Moment{Proven: proven, Claimed: at, Now: e.request.Now}}
	if at.After(e.request.Now.Add(clockSkew)) {
		f.Reason = "TIMESTAMP_IN_FUTURE"
		return f, held{algorithms: algorithmsFinding(m.Allowed(at), u.by)}
	}
	if !onlyTimestamps(m.Signer) {
		f.Reason = "EXTENDED_KEY_USAGE_WRONG"
		return f, held{algorithms: algorithmsFinding(m.Allowed(at), u.by)}
	}
	h := e.hold(e.chain(m, at, x509.ExtKeyUsageTimeStamping), m, u)
	if f.Outcome, f.Reason = h.outcome, h.reason; h.outcome == CheckPassed && !h.proves.has(provesTimestamp) {
		f.Outcome, f.Reason = CheckIndeterminate, "ANCHOR_NOT_FOR_THIS"
		if h.standing.Reason == ListExpired {
			f.Reason = ListExpired
		}
	}
	h.algorithms = worst(algorithmsFinding(m.Allowed(at), u.by), h.algorithms)
	return f, h
}

// onlyTimestamps holds a timestamping unit to RFC 3161: its one extended key usage is timeStamping.
func onlyTimestamps(c *x509.Certificate) bool {
	return len(c.ExtKeyUsage) == 1 && c.ExtKeyUsage[0] == x509.ExtKeyUsageTimeStamping && len(c.UnknownExtKeyUsage) == 0
}

// timestamp returns the time by which the signature is proven to have existed; zero when nothing proves one. What was
// found about the path is nil without a token to look at.
func (e *examination) timestamp(s *signature, before time.Time) (Finding, *held, time.Time) {
	f := Finding{Check: CheckTimestamp}
	der := s.message.TimestampToken()
	if der == nil && !before.IsZero() {
		f.Outcome, f.Reason = CheckPassed, "DOCUMENT_TIMESTAMP"
		f.Detail = "a later timestamp over the document proves when the signature existed"
		s.report.TimestampTime = before
		return f, nil, before
	}
	if der == nil {
		f.Outcome, f.Reason = CheckNotApplicable, "NO_TIMESTAMP"
		f.Detail = "the signature holds no timestamp; its time is the signer's claim"
		return f, nil, time.Time{}
	}
	token, err := cms.VerifyToken(der, func(h crypto.Hash) []byte {
		w := h.New()
		w.Write(s.message.Signature)
		return w.Sum(nil)
	})
	if err != nil {
		f.Outcome, f.Reason = ofCMS(err)
		f.Detail = "the timestamp does not verify"
		if ofAlgorithm(err) {
			return f, &held{algorithms: algorithmsFinding(err, "the timestamp")}, time.Time{}
		}
		return f, nil, time.Time{}
	}
	e.validation.addMessage(token.Message)
	f, h := e.stamped(token.Message, token.Time, before)
	if f.Outcome != CheckPassed {
		return f, &h, time.Time{}
	}
	s.report.TimestampTime = token.Time
	return f, &h, token.Time
}

// trustSigner looks for a path to an anchor. A timestamp proves when the signature existed, so the path must hold then,
// and may have expired since: certificates of remote signing live for minutes. Without a timestamp the signer's clock is
// only a claim. It must be plausible, never after now, and the path must hold both then and now: a claim alone would let
// whoever finds an expired key sign into the past.
func (e *examination) trustSigner(s *signature, proven time.Time) (Finding, held) {
	f := Finding{Check: CheckChain, Detail: "the certificate must lead to a trusted anchor at the time of signing"}
	u := use{by: "the signer", at: proven, moment: revocation.Moment{Proven: proven, Now: e.request.Now}}
	at := proven
	if at.IsZero() {
		at, u.at = s.claimedTime(e.request.Now), e.request.Now
		if at.After(e.request.Now.Add(clockSkew)) {
			f.Outcome, f.Reason = CheckFailed, "SIGNING_TIME_IN_FUTURE"
			return f, held{algorithms: algorithmsFinding(s.message.Allowed(u.at), "the signature")}
		}
	}
	c := e.chain(s.message, at, x509.ExtKeyUsageAny)
	if c.outcome == CheckPassed && proven.IsZero() {
		c = e.chain(s.message, e.request.Now, x509.ExtKeyUsageAny)
	}
	if c.reason == notValidThen && proven.IsZero() {
		c = chained{outcome: CheckIndeterminate, reason: "SIGNING_TIME_UNPROVEN"}
	}
	h := e.hold(c, s.message, u)
	h.algorithms = worst(algorithmsFinding(s.message.Allowed(u.at), "the signature"), h.algorithms)
	f.Outcome, f.Reason = c.outcome, c.reason
	s.holder.proves, s.holder.standing, s.report.TrustService = h.proves, h.standing, h.standing.Service
	if c.outcome == CheckPassed && s.holder.level(e.request.Legislation) == "" && !s.holder.sealed() {
		f.Outcome, f.Reason = CheckIndeterminate, "ANCHOR_NOT_FOR_THIS"
	}
	s.report.Level = s.holder.level(e.request.Legislation)
	return f, h
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
