package signature

import "time"

// Step is what has to be done next for a request.
type Step string

// The steps. Each is safe to repeat.
const (
	// StepNone: nothing, the request has ended.
	StepNone Step = "none"
	// StepPrepare: render the document, or read the one that was given.
	StepPrepare Step = "prepare"
	// StepSend: have the vendor invite the signers.
	StepSend Step = "send"
	// StepFind: look whether a sending of unknown outcome left an envelope; it is not wanted any more.
	StepFind Step = "find"
	// StepReactivate: have the vendor open the envelope of the previous attempt again.
	StepReactivate Step = "reactivate"
	// StepKeepSent: bring the document that the vendor's template became into the archive.
	StepKeepSent Step = "keep_sent"
	// StepRead: ask the vendor how it stands.
	StepRead Step = "read"
	// StepWithdraw: have the vendor withdraw the envelope, then read.
	StepWithdraw Step = "withdraw"
	// StepUpdateSigner: have the vendor change a signer.
	StepUpdateSigner Step = "update_signer"
	// StepRemind: have the vendor remind signers.
	StepRemind Step = "remind"
	// StepArchive: bring the signed document into the archive.
	StepArchive Step = "archive"
	// StepArchiveTrail: bring the audit trail into the archive.
	StepArchiveTrail Step = "archive_trail"
	// StepProve: have the signed document proven.
	StepProve Step = "prove"
	// StepEnd: end a request that never reached the vendor.
	StepEnd Step = "end"
	// StepErase: have the vendor erase the envelope. It comes after the end, and has a job of its own.
	StepErase Step = "erase"
)

// Next tells what has to be done for the request at a time.
func Next(r Request, now time.Time) Step {
	switch r.State {
	case Preparing:
		return nextPreparing(r, now)
	case OutForSignature:
		return nextOut(r, now)
	case Signed:
		switch {
		case r.SignedDocument == "":
			return StepArchive
		case r.awaitsTrail():
			return StepArchiveTrail
		}
		return StepProve
	}
	return StepNone
}

// nextOut has what was asked for done before it reads: after a change of unknown outcome the vendor's view cannot be
// told from a stranger's doing.
func nextOut(r Request, now time.Time) Step {
	_, update := UpdateDue(r, now)
	switch {
	case r.unwanted(now):
		return StepWithdraw
	case lacksSentDocument(r):
		return StepKeepSent
	case update:
		return StepUpdateSigner
	case r.remindDue(now):
		return StepRemind
	}
	return StepRead
}

func nextPreparing(r Request, now time.Time) Step {
	unwanted := r.unwanted(now)
	switch {
	case unwanted && r.SendAttempted:
		return StepFind // an envelope may exist, and must not come into being now
	case unwanted:
		return StepEnd
	case r.Reactivate:
		return StepReactivate
	case r.SendAttempted:
		return StepSend // which finds what exists before it makes anything
	case r.Document == "" && r.Source.ProviderTemplate == "":
		return StepPrepare
	}
	return StepSend
}

// AsksProvider tells whether the step is a call to the vendor that somebody waits for. Reading is none: there the request
// waits for its signers.
func (s Step) AsksProvider() bool {
	switch s {
	case StepNone, StepPrepare, StepRead, StepProve, StepEnd:
		return false
	}
	return true
}

// Describe says the step in words, for people who ask why a request waits.
func (s Step) Describe() string {
	switch s {
	case StepPrepare:
		return "the document is being prepared"
	case StepSend:
		return "the provider is being asked to invite the signers"
	case StepFind:
		return "the provider is being asked whether it was sent"
	case StepReactivate:
		return "the provider is being asked to open it again"
	case StepKeepSent:
		return "the document made by the provider is being archived"
	case StepRead:
		return "waiting for the signers"
	case StepWithdraw:
		return "the provider is being asked to withdraw it"
	case StepUpdateSigner:
		return "the provider is being asked to change a signer"
	case StepRemind:
		return "the provider is being asked to remind the signers"
	case StepArchive:
		return "the signed document is being archived"
	case StepArchiveTrail:
		return "waiting for the provider's audit trail"
	case StepProve:
		return "the signed document is being proven"
	case StepEnd:
		return "being ended"
	}
	return ""
}
