package skribble

import (
	"strings"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// demoQuality is what every signature of a demo user is, whatever was asked for.
const demoQuality = "DEMO"

// envelope translates Skribble's view of a request.
func (p *Provider) envelope(r request) signature.Envelope {
	envelope := signature.Envelope{ID: r.ID, Correlation: r.Custom, State: envelopeState(r.Status), EndTime: r.end()}
	if r.isDraft() {
		envelope.State = signature.EnvelopeDraft
	}
	var last time.Time
	for _, s := range r.Signatures {
		signer := p.signer(s)
		envelope.Signers = append(envelope.Signers, signer)
		if signer.State == signature.SignerDeclined && envelope.DeclineReason == "" {
			envelope.DeclineReason = s.DeclineMessage
		}
		if signer.SignTime.After(last) {
			last = signer.SignTime
		}
	}
	if envelope.State == signature.EnvelopeSigned {
		if last.IsZero() {
			last = r.UpdatedAt.Time
		}
		envelope.CompleteTime = last
	}
	return envelope
}

// end is when the request ends or is removed, whichever is first; zero where Skribble does not say.
func (r request) end() time.Time {
	removed, ends := r.DeletionDate.Time, r.ExpiresAt.Time
	if removed.IsZero() || !ends.IsZero() && ends.Before(removed) {
		return ends
	}
	return removed
}

func envelopeState(status string) signature.EnvelopeState {
	switch status {
	case "OPEN", "WAITING":
		return signature.EnvelopeOpen
	case "SIGNED":
		return signature.EnvelopeSigned
	case "DECLINED":
		return signature.EnvelopeDeclined
	case "WITHDRAWN":
		return signature.EnvelopeWithdrawn
	case "EXPIRED":
		return signature.EnvelopeExpired
	case "ERROR":
		return signature.EnvelopeFailed
	}
	return signature.EnvelopeUnknown
}

func (p *Provider) signer(s signed) signature.EnvelopeSigner {
	signer := signature.EnvelopeSigner{
		ID: s.SID, Email: s.email(), FirstName: s.Identity.FirstName, LastName: s.Identity.LastName,
		State: signerState(s.Status, s.LastViewedAt),
	}
	if signer.State != signature.SignerSigned {
		return signer
	}
	signer.SignTime = s.SignedAt.Time
	signer.SignedLevel = p.signedLevel(s.SignedQuality)
	if s.SignedLegislation != "UNDEFINED" {
		signer.SignedLegislation = signature.Legislation(s.SignedLegislation)
	}
	return signer
}

// signerState is empty for a status that tells nothing of the signer, such as WITHDRAWN.
func signerState(status string, viewed vendorhttp.Time) signature.SignerState {
	switch status {
	case "OPEN":
		if !viewed.IsZero() {
			return signature.SignerOpened
		}
		return signature.SignerInvited
	case "WAITING":
		return signature.SignerPending
	case "SIGNED":
		return signature.SignerSigned
	case "DECLINED":
		return signature.SignerDeclined
	case "ERROR":
		return signature.SignerFailed
	}
	return ""
}

// signedLevel of a signature as Skribble reports it. A demo signature is what a sandbox has; anywhere else it stays the
// word DEMO, which is worth nothing, and so does every other word that is no level.
func (p *Provider) signedLevel(quality string) signature.Level {
	switch quality = strings.ToUpper(quality); {
	case quality == "AES_MINIMAL":
		return signature.AES
	case quality == demoQuality && p.config.Sandbox:
		return signature.SandboxLevel
	}
	if level := signature.Level(quality); level.AtLeast(signature.SES) {
		return level
	}
	return signature.UnknownLevel(quality)
}
