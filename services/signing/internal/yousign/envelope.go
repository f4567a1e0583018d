package yousign

import "github.com/countersign/countersign/services/signing/internal/signature"

// statusDraft is the only state in which a request can be changed.
const statusDraft = "draft"

// envelope translates Yousign's view of a request.
func envelope(r request) signature.Envelope {
	view := signature.Envelope{
		ID: r.ID, Correlation: r.ExternalID, State: envelopeState(r), DeclineReason: r.Decline.Reason,
		EndTime: r.Expires.Time,
	}
	for _, s := range r.Signers {
		view.Signers = append(view.Signers, envelopeSigner(s))
	}
	if view.State == signature.EnvelopeSigned {
		view.CompleteTime = r.CompletedAt.Time
		for _, s := range view.Signers {
			if r.CompletedAt.IsZero() && s.SignTime.After(view.CompleteTime) {
				view.CompleteTime = s.SignTime
			}
		}
	}
	return view
}

func envelopeState(r request) signature.EnvelopeState {
	switch r.Status {
	case statusDraft:
		return signature.EnvelopeDraft
	case "ongoing", "approval", "paused":
		return signature.EnvelopeOpen
	case "done":
		return signature.EnvelopeSigned
	case "declined", "rejected":
		return signature.EnvelopeDeclined
	case "expired":
		return signature.EnvelopeExpired
	case "canceled":
		// A signer's technical error cancels the request by itself.
		for _, s := range r.Signers {
			if s.Status == "error" {
				return signature.EnvelopeFailed
			}
		}
		return signature.EnvelopeWithdrawn
	case "deleted":
		return signature.EnvelopeGone
	}
	return signature.EnvelopeUnknown
}

func envelopeSigner(s signer) signature.EnvelopeSigner {
	view := signature.EnvelopeSigner{
		ID: s.ID, Email: s.Info.Email, FirstName: s.Info.FirstName, LastName: s.Info.LastName, State: signerState(s.Status),
	}
	if view.State == signature.SignerSigned {
		view.SignTime = s.SignedAt.Time
		view.SignedLevel = signedLevel(s.Level)
		view.SignedLegislation = signature.EIDAS
	}
	return view
}

// signerState is empty for a status that tells nothing of the signer, such as "aborted": another ended the request.
func signerState(status string) signature.SignerState {
	switch status {
	case "initiated":
		return signature.SignerPending
	case "notified":
		return signature.SignerInvited
	case "verified", "processing", "consent_given":
		return signature.SignerOpened
	case "signed":
		return signature.SignerSigned
	case "declined":
		return signature.SignerDeclined
	case "error":
		return signature.SignerFailed
	}
	return ""
}

// signedLevel of a signature; any other word is worth nothing.
func signedLevel(word string) signature.Level {
	for _, level := range []signature.Level{signature.SES, signature.AES, signature.QES} {
		if word == levelWord(level) {
			return level
		}
	}
	return signature.UnknownLevel(word)
}
