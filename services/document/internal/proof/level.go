package proof

// lowest is the lowest level among people's signatures, "" when there is none.
func (e *examination) lowest(personal []*signature) string {
	if len(personal) == 0 {
		return ""
	}
	for _, s := range personal {
		if s.holder.level(e.request.Legislation) != levelQES {
			return levelAES
		}
	}
	return levelQES
}

// checkLevel compares the level the file proves with the one asked for.
func (e *examination) checkLevel() {
	_, sealed, open := e.parties()
	f := Finding{Check: CheckLevel}
	switch dispute := e.dispute(); {
	case dispute != nil && !e.reached() && !dispute.unsure():
		f.Outcome, f.Reason, f.Detail = CheckFailed, "LEVEL_TOO_LOW", explained(dispute.Reason)
	case dispute != nil && !e.reached():
		f.Outcome, f.Reason = CheckIndeterminate, "LEVEL_UNDECIDED"
		f.Detail = "the level depends on what the trusted lists leave open"
	case open && !e.reached():
		f.Outcome, f.Reason = CheckIndeterminate, "LEVEL_UNDECIDED"
		f.Detail = "the level depends on a certificate that is not trusted"
	case e.reached():
		f.Outcome, f.Reason = CheckPassed, "LEVEL_PROVEN"
		f.Detail = "the certificates of the signers prove the level"
	case e.request.Level == "":
		f = e.noLevel(sealed)
	case e.request.Level == levelQES:
		f = e.notQualified()
	default:
		f = e.attested(sealed)
	}
	e.noteOn(-1, f)
}

// reached says that the file proves the level asked for, or any when none was.
func (e *examination) reached() bool {
	return e.level == levelQES || e.level != "" && e.request.Level != levelQES
}

// noLevel answers when no level was asked for and no signer's certificate proves one.
func (e *examination) noLevel(sealed bool) Finding {
	if sealed {
		return Finding{Check: CheckLevel, Outcome: CheckNotApplicable, Reason: "SEAL_ONLY",
			Detail: "a trusted seal covers the document; it proves no level of anybody's signature"}
	}
	return Finding{Check: CheckLevel, Outcome: CheckIndeterminate, Reason: "LEVEL_UNPROVEN",
		Detail: "neither a signer's certificate nor a trusted seal proves a level"}
}

// notQualified answers when a qualified signature was asked for and none is proven: nothing may speak for it but the
// certificate and the word of the state, in a trusted list or as the operator took it from one.
func (e *examination) notQualified() Finding {
	if e.statusUnknown() {
		return Finding{Check: CheckLevel, Outcome: CheckNotApplicable, Reason: "QUALIFIED_STATUS_UNKNOWN",
			Detail: "the certificates say that they are qualified, but neither a trusted list nor the configured anchor says so of their issuer"}
	}
	return Finding{Check: CheckLevel, Outcome: CheckFailed, Reason: "LEVEL_TOO_LOW",
		Detail: "a qualified signature was asked for and is not in the file"}
}

// statusUnknown says that every signer's certificate is trusted and claims to be qualified, and that only the issuer's
// status is missing.
func (e *examination) statusUnknown() bool {
	for _, s := range e.signing {
		if !s.holder.qualifiedUnder(e.request.Legislation) {
			return false
		}
	}
	return len(e.signing) > 0
}

// attested answers for SES and AES: a seal proves no level, but the provider's audit trail may speak for the method.
func (e *examination) attested(sealed bool) Finding {
	f := Finding{Check: CheckLevel, Outcome: CheckIndeterminate}
	switch {
	case !sealed:
		f.Reason = "LEVEL_UNPROVEN"
		f.Detail = "neither the signers' certificates nor a trusted seal prove the level"
	case e.request.AuditTrail:
		f.Outcome, f.Reason = CheckNotApplicable, "ATTESTED_BY_AUDIT_TRAIL"
		f.Detail = "a trusted seal covers the document; the provider's audit trail shows how it was signed"
	default:
		f.Reason = "AUDIT_TRAIL_MISSING"
		f.Detail = "a trusted seal covers the document, but no audit trail shows how it was signed"
	}
	return f
}
