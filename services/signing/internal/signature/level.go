package signature

import "regexp"

// Level is what the signature is worth under its legislation. It says nothing of how a signer is authenticated: an SMS
// code on a simple signature is still SES.
type Level string

// The levels, lowest first (eIDAS Art. 3 (10) to (12); ZertES Art. 2).
const (
	SES Level = "SES"
	AES Level = "AES"
	QES Level = "QES"
)

// SandboxLevel is what an account without legal value says of a signature that it does not give a level. It is worth
// nothing, and lowers nothing where nothing was worth anything; an adapter returns it for a sandbox alone.
const SandboxLevel Level = "SANDBOX"

// UnknownLevel is a vendor's word that is none of the levels, safe to show and worth nothing; empty where it says nothing.
func UnknownLevel(word string) Level {
	level := Level(word)
	if level == SandboxLevel || level.rank() > 0 || !regexp.MustCompile(`^[A-Za-z0-9_]{0,64}$`).MatchString(word) {
		return "OTHER"
	}
	return level
}

// AtLeast tells whether l is worth at least other. An unknown level is worth nothing.
func (l Level) AtLeast(other Level) bool {
	return l.rank() > 0 && other.rank() > 0 && l.rank() >= other.rank()
}

func (l Level) rank() int {
	switch l {
	case SES:
		return 1
	case AES:
		return 2
	case QES:
		return 3
	}
	return 0
}

// Legislation is the law a signature is issued under.
type Legislation string

// The legislations: eIDAS for the European Union, ZertES for Switzerland.
const (
	EIDAS  Legislation = "EIDAS"
	ZERTES Legislation = "ZERTES"
)

// Authentication is how a signer proves to be the one who was invited, at the moment of signing.
type Authentication string

// The authentication modes. Default leaves it to what the level demands at the provider.
const (
	AuthenticationDefault Authentication = ""
	AuthenticationNone    Authentication = "none"
	AuthenticationEmail   Authentication = "otp_email"
	AuthenticationSMS     Authentication = "otp_sms"
)
