package proof

import (
	"crypto/x509"
	"time"
)

// TrustedLists is what a verifier asks the trusted lists of states (ETSI TS 119 612). It must be safe for concurrent use.
type TrustedLists interface {
	// Snapshot names the lists that are asked.
	Snapshot() string
	// Anchors are the certificates of services that were granted at some time: paths may end at them.
	Anchors() []*x509.Certificate
	// Standing says how the service that issued path[0] stood at a time. The path leads from there to an anchor.
	Standing(path []*x509.Certificate, at time.Time) Standing
	// Timestamps says how the service of the timestamp unit path[0] stood at a time. Only Granted counts.
	Timestamps(path []*x509.Certificate, at time.Time) Standing
}

// Answer is the answer to a question of trust.
type Answer int

// The answers; Open is neither.
const (
	No Answer = iota
	Yes
	Open
)

// Standing is how a trust service stood at a time. The zero value trusts nobody.
type Standing struct {
	// Service names its type and status for people, such as "CA/QC granted"; empty when no list knows it.
	Service string
	// Granted says whether it was a qualified service then.
	Granted Answer
	// Signatures says whether the certificate is qualified for signatures of persons as far as the list goes.
	Signatures Answer
	// Device says whether the list puts the key into a qualified device, or not; Open leaves that to the certificate.
	Device Answer
	// Reason is one of the constants below.
	Reason string
}

// The reasons of a standing.
const (
	ServiceGranted    = "SERVICE_GRANTED"
	ServiceNotGranted = "SERVICE_NOT_GRANTED"
	ServiceUnlisted   = "SERVICE_UNLISTED"
	NotForSignatures  = "SERVICE_NOT_FOR_SIGNATURES"
	ListExpired       = "LIST_EXPIRED"
	ListsIncomplete   = "LISTS_INCOMPLETE"
	ListsContradict   = "LISTS_CONTRADICT"
	CriteriaUnknown   = "CRITERIA_UNKNOWN"

	// noDevice is given here, because it needs the certificate's own word.
	noDevice = "DEVICE_NOT_QUALIFIED"
)

// vouch says what the end of a path may prove for its first certificate: by the operator's word, and by that of the lists
// at the time of use. A list that names the anchor alone proves nothing while the service was not granted.
func (e *examination) vouch(path []*x509.Certificate, u use) (purposes, Standing) {
	proves, lists := e.verifier.anchors.of(path[len(path)-1]), e.verifier.lists
	if lists == nil {
		return proves, Standing{}
	}
	if u.stamp {
		s := lists.Timestamps(path, u.at)
		if s.Granted == Yes {
			proves |= provesTimestamp
		}
		return proves, s
	}
	// A certificate must have been qualified when it was issued, too (TS 119 615, 4.4).
	s := lists.Standing(path, u.at).and(lists.Standing(path, path[0].NotBefore))
	s.Signatures, s.Reason = s.withDevice(readStatements(path[0]))
	if s.Granted == Yes {
		proves |= provesAES | provesSeal
	}
	if s.qualified() {
		proves |= provesQualifiedEIDAS
	}
	return proves, s
}

// qualified says that the list's part of a qualified signature is there.
func (s Standing) qualified() bool { return s.Granted == Yes && s.Signatures == Yes }

// and keeps the worse of two standings under the name of the first.
func (s Standing) and(other Standing) Standing {
	if other.order() < s.order() {
		other.Service = s.Service
		return other
	}
	if s.Device == Open || other.Device == No {
		s.Device = other.Device
	}
	return s
}

// unsure says that the lists leave it open whether the certificate is a qualified one.
func (s Standing) unsure() bool {
	return s.Granted == Open || s.Granted == Yes && s.Signatures == Open
}

// order ranks standings: qualified, granted for something else, open, not granted.
func (s Standing) order() int {
	switch {
	case s.qualified():
		return 3
	case s.unsure():
		return 1
	case s.Granted == Yes:
		return 2
	}
	return 0
}

// withDevice asks for a qualified device, without which an advanced signature with a qualified certificate is not a
// qualified one (Regulation (EU) No 910/2014, article 3(12)).
func (s Standing) withDevice(claims statements) (Answer, string) {
	if s.qualified() && (s.Device == No || s.Device == Open && !claims.device) {
		return No, noDevice
	}
	return s.Signatures, s.Reason
}

// checkTrustedLists says what the lists had to say about each signature that leads to an anchor.
func (e *examination) checkTrustedLists() bool {
	if e.verifier.lists == nil {
		e.note(CheckTrustedLists, CheckNotApplicable, "NO_TRUSTED_LISTS", "the verdict rests on configured anchors alone")
		return true
	}
	for i, s := range e.signatures {
		if !s.stamp && s.holder.standing.Reason != "" {
			e.noteOn(i, e.standingFinding(s))
		}
	}
	return true
}

// standingFinding weighs a standing by whether anything depends on it.
func (e *examination) standingFinding(s *signature) Finding {
	standing, level := s.holder.standing, s.holder.level(e.request.Legislation)
	f := Finding{Check: CheckTrustedLists, Outcome: CheckNotApplicable, Reason: standing.Reason, Detail: explained(standing.Reason)}
	needed, _ := qualifiedUnder(e.request.Legislation)
	switch {
	case e.request.Legislation != lawOfLists:
		f.Reason, f.Detail = "LISTS_OF_OTHER_LAW", "the trusted lists of the European Union say nothing under this law"
	case standing.qualified():
		f.Outcome = CheckPassed
	case s.holder.proves.has(needed):
		f.Reason, f.Detail = "ANCHOR_DECLARED", "the configuration declares the anchor qualified; the lists do not"
	case e.disputed(s) && standing.unsure():
		f.Outcome = CheckIndeterminate
	case e.disputed(s):
		f.Outcome = CheckFailed
	case level == "" && !s.holder.sealed():
		f.Outcome = CheckIndeterminate
	}
	return f
}

// disputed says that a qualified signature of a person was asked for and that the lists stand against this one.
func (e *examination) disputed(s *signature) bool {
	asked := e.request.Level == levelQES && e.request.Legislation == lawOfLists
	return asked && s.holder.personal && s.holder.standing.Reason != "" && s.holder.level(lawOfLists) != levelQES &&
		s.holder.statements.qualifiedFor(lawOfLists)
}

// dispute returns the standing that weighs most against a signature that should be qualified, nil when none does.
func (e *examination) dispute() *Standing {
	var worst *Standing
	for _, s := range e.signatures {
		if !s.stamp && e.disputed(s) && (worst == nil || worst.unsure()) {
			worst = &s.holder.standing
		}
	}
	return worst
}

// lawOfLists is the only law that trusted lists are kept under.
const lawOfLists = "EIDAS"

// explained puts a reason into words.
func explained(reason string) string {
	switch reason {
	case ServiceGranted:
		return "a trusted list names the issuing service, granted when it issued the certificate and at the time that matters"
	case ServiceNotGranted:
		return "the issuing service was not granted CA/QC then"
	case ServiceUnlisted:
		return "no trusted list names the issuing service"
	case NotForSignatures:
		return "the trusted list says that such certificates are not qualified for signatures of persons"
	case noDevice:
		return "neither the trusted list nor the certificate says that the key is in a qualified device"
	case ListExpired:
		return "the trusted list, or the list of lists, had expired at the time that matters"
	case ListsIncomplete:
		return "no trusted list at hand names the issuing service, and the list of a state is missing"
	case ListsContradict:
		return "the trusted lists contradict each other about the issuing service"
	}
	return "the trusted list has a condition on such certificates that this verifier does not know"
}
