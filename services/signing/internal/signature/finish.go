package signature

import "time"

// AuditTrailWait is how long an audit trail is waited for. After that the request goes on as if the vendor issued none,
// and the verdict decides.
const AuditTrailWait = 24 * time.Hour

// Kept notes that the signed document came into the archive. It happens once: what is archived is never replaced. The
// audit trail is waited for apart, so that a late one does not cost the document again.
func Kept(r Request, signedDocument string, now time.Time) Request {
	if r.State != Signed || r.SignedDocument != "" || signedDocument == "" {
		return r
	}
	r.SignedDocument, r.ArchiveTime, r.UpdateTime = signedDocument, now, now
	return r
}

// Archived notes that all there is came into the archive: the audit trail, or "" where the vendor issues none.
func Archived(r Request, auditTrail string, now time.Time) (Request, []Event) {
	if !r.awaitsTrail() {
		return r, nil
	}
	r.AuditTrail, r.NoAuditTrail, r.UpdateTime = auditTrail, auditTrail == "", now
	return r, []Event{r.event(EventArchived, now)}
}

// GiveTrailUp notes that the request goes on without an audit trail that the vendor may have: it was waited for long
// enough, or cannot be archived.
func GiveTrailUp(r Request, now time.Time) (Request, []Event) {
	if !r.awaitsTrail() {
		return r, nil
	}
	r.TrailGivenUp, r.UpdateTime = true, now
	return r, []Event{r.event(EventArchived, now)}
}

// awaitsTrail tells whether the audit trail is what is left to be archived.
func (r Request) awaitsTrail() bool {
	return r.State == Signed && r.SignedDocument != "" && r.AuditTrail == "" && !r.NoAuditTrail && !r.TrailGivenUp
}

// TrailOverdue tells whether the audit trail has been waited for long enough.
func TrailOverdue(r Request, now time.Time) bool { return now.Sub(r.ArchiveTime) >= AuditTrailWait }

// FailProof ends a signed request that can never be archived or proven. A person decides about it.
func FailProof(r Request, reason, detail string, now time.Time) (Request, []Event) {
	if r.State != Signed {
		return r, nil
	}
	return r.end(ProofFailed, EventProofFailed, reason, detail, now)
}

// Judge ends a request whose signed document was proven: completed when the proof is what was required, shows the level
// that was asked for, and no signature has a lower one; failed otherwise. A person decides about a failed one. unmet names
// the checks of the proof that did not pass.
func Judge(r Request, verdict Verdict, proven Level, now time.Time, unmet ...string) (Request, []Event) {
	if r.State != Signed || r.SignedDocument == "" {
		return r, nil
	}
	r.Verdict, r.ProvenLevel = verdict, proven
	if why := Unprovable(r); why != "" {
		return FailProof(r, "PROOF_INSUFFICIENT", why, now)
	}
	if differ := r.differ(); differ != "" {
		return FailProof(r, ReasonSignersDiffer, differ, now)
	}
	if lowered := r.lowered(); lowered != "" {
		return FailProof(r, "LEVEL_LOWERED", lowered, now)
	}
	if !verdict.Satisfies(r.RequiredVerdict) {
		detail := "the proof's verdict is " + string(verdict) + ", required is " + string(r.RequiredVerdict)
		if len(unmet) > 0 {
			detail += "; not passed: " + list(unmet)
		}
		return FailProof(r, "PROOF_INSUFFICIENT", detail, now)
	}
	if silent := r.unattested(); verdict == AttestedByProvider && silent != "" {
		return FailProof(r, "PROOF_INSUFFICIENT", silent, now)
	}
	if verdict == Proven && !proven.AtLeast(r.Level) {
		return FailProof(r, "PROOF_INSUFFICIENT",
			"the file proves the level "+orNone(proven)+", asked was "+string(r.Level), now)
	}
	return r.end(Completed, EventCompleted, "", "", now)
}

// Packable tells whether an evidence package of the request can be made and is not there yet: its signed document was
// proven, whatever came of that, and nothing more will happen.
func Packable(r Request) bool { return r.State.Ended() && r.Verdict != "" && r.EvidencePackage == "" }

// Packed notes the evidence package of an ended request. The first one stands.
func Packed(r Request, evidencePackage string, now time.Time) Request {
	if Packable(r) && evidencePackage != "" {
		r.EvidencePackage, r.UpdateTime = evidencePackage, now
	}
	return r
}

// lowered tells which signature is worth less than was asked for, in the vendor's words; empty when none is.
func (r Request) lowered() string {
	for _, s := range r.Signers {
		if s.SignedLevel != "" && s.SignedLevel != SandboxLevel && !s.SignedLevel.AtLeast(r.Level) {
			return "the provider reports a signature of level " + string(s.SignedLevel) + ", asked was " + string(r.Level)
		}
		if r.Level == QES && s.SignedLegislation != "" && s.SignedLegislation != r.Legislation {
			return "the provider reports a qualified signature under " + string(s.SignedLegislation) +
				", asked was " + string(r.Legislation)
		}
	}
	return ""
}

// unattested tells what the vendor does not say, where its word is all there is; empty when it says everything. A level
// that nobody tells could be any; below AES there is none to tell.
func (r Request) unattested() string {
	for _, s := range r.Signers {
		if s.State != SignerSigned {
			return "the provider does not say that every signer signed"
		}
		if s.SignedLevel == "" && r.Level != SES {
			return "the provider does not say which level a signature has"
		}
	}
	return ""
}

func orNone(l Level) string {
	if l == "" {
		return "none"
	}
	return string(l)
}
