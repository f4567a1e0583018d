package proof

// checkSigners asks whether every expected person signed, and nobody else. Who is named by no certificate must be
// covered by a seal, which never suffices for a qualified signature.
func (e *examination) checkSigners() bool {
	personal, sealed, open := e.parties()
	matched := match(e.request.Signers, personal)
	missing := 0
	for _, i := range matched {
		if i < 0 {
			missing++
		}
	}
	e.level = e.provenLevel(personal, matched)
	qualified := e.request.Level == levelQES
	f := Finding{Check: CheckSigners, Outcome: CheckIndeterminate}
	switch {
	case len(matched)-missing < len(personal):
		f.Reason = "UNEXPECTED_SIGNER"
		f.Detail = "a certificate names a person who was not to sign, or a name is written differently"
		if qualified && missing > 0 && !open {
			f.Outcome = CheckFailed
		}
	case missing == 0:
		f.Outcome, f.Reason = CheckPassed, "EVERY_SIGNER_NAMED"
		f.Detail = "a trusted certificate names every signer"
	case open:
		f.Reason = "SIGNERS_UNDECIDED"
		f.Detail = "a signature that is not trusted may be that of a missing signer"
	case sealed && !qualified:
		f.Outcome, f.Reason = CheckNotApplicable, "SEAL_ONLY"
		f.Detail = "a seal covers the document; who signed is not in the file"
	default:
		f.Reason = "SIGNER_MISSING"
		f.Detail = "no certificate names one of the signers"
		if qualified {
			f.Outcome = CheckFailed
		}
	}
	e.noteOn(-1, f)
	return true
}

// parties sorts the signatures: trusted personal ones, whether the last word is a trusted seal's, and whether one is
// left whose certificate could not be judged.
func (e *examination) parties() (personal []*signature, sealed, open bool) {
	for _, s := range e.signatures {
		switch {
		case s.stamp:
		case s.holder.personal && s.holder.level(e.request.Legislation) != "":
			personal = append(personal, s)
		case s.holder.sealed():
			sealed = true
		default:
			open = true
		}
	}
	return personal, sealed, open
}

// match gives each signer a signature of his own that names him, as many signers as possible: the result holds indexes
// into personal, -1 for a signer without one.
func match(signers []Signer, personal []*signature) []int {
	owner := make([]int, len(personal)) // signer index + 1
	var place func(signer int, tried []bool) bool
	place = func(signer int, tried []bool) bool {
		for i, s := range personal {
			if tried[i] || !s.holder.names(signers[signer]) {
				continue
			}
			tried[i] = true
			if owner[i] == 0 || place(owner[i]-1, tried) {
				owner[i] = signer + 1
				return true
			}
		}
		return false
	}
	for i := range signers {
		place(i, make([]bool, len(personal)))
	}
	matched := make([]int, len(signers))
	for i := range matched {
		matched[i] = -1
	}
	for i, o := range owner {
		if o > 0 {
			matched[o-1] = i
		}
	}
	return matched
}

// provenLevel is the lowest level among the signers' own signatures, "" as soon as one has none.
func (e *examination) provenLevel(personal []*signature, matched []int) string {
	level := levelQES
	for _, i := range matched {
		if i < 0 {
			return ""
		}
		if personal[i].holder.level(e.request.Legislation) != levelQES {
			level = levelAES
		}
	}
	return level
}

// checkLevel compares the level the file proves with the one asked for. A seal proves no level: for SES and AES the
// provider's audit trail may speak for the method, for QES nothing may.
func (e *examination) checkLevel() {
	_, sealed, open := e.parties()
	f := Finding{Check: CheckLevel, Outcome: CheckFailed}
	switch {
	case e.level == levelQES || e.level == levelAES && e.request.Level != levelQES:
		f.Outcome, f.Reason = CheckPassed, "LEVEL_PROVEN"
		f.Detail = "the certificates of the signers prove the level"
	case open:
		f.Outcome, f.Reason = CheckIndeterminate, "LEVEL_UNDECIDED"
		f.Detail = "the level depends on a certificate that is not trusted"
	case e.request.Level == levelQES:
		f.Reason = "LEVEL_TOO_LOW"
		f.Detail = "a qualified signature was asked for and is not in the file"
	case !sealed:
		f.Outcome, f.Reason = CheckIndeterminate, "LEVEL_UNPROVEN"
		f.Detail = "neither the signers' certificates nor a trusted seal prove the level"
	case e.request.AuditTrail:
		f.Outcome, f.Reason = CheckNotApplicable, "ATTESTED_BY_AUDIT_TRAIL"
		f.Detail = "a trusted seal covers the document; the provider's audit trail shows how it was signed"
	default:
		f.Outcome, f.Reason = CheckIndeterminate, "AUDIT_TRAIL_MISSING"
		f.Detail = "a trusted seal covers the document, but no audit trail shows how it was signed"
	}
	e.noteOn(-1, f)
}
