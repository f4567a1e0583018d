package pipeline

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The longest free text of a person that is repeated on a card, in characters.
const (
	maxReason = 300
	maxWho    = 100
)

// phrases are one language's texts. {title}, {who}, {reason}, {cause}, {advice}, {verdict}, {level}, {provider} and {fields}
// are filled in; {reason} comes with its own lead-in, {cause} is a sentence, and either may be empty.
type phrases struct {
	sent, opened, signerSigned, completed, declined, expired, canceled, ended, proofFailed string

	changed, reissued string

	bouncedTask, identificationTask, declinedTask, expiredTask, proofTask, insufficientTask, refusedTask, missingTask string

	canceledTask, lateTask, fileTask, stageTask string

	// withdrawn is what signers are told.
	withdrawn string

	// document and someone stand in for a title and a signer that are not known; because leads in a reason.
	document, someone, because string
	verdicts                   map[Verdict]string
	fields                     map[Field]string
	// causes are what the contract's reasons of an end mean.
	causes map[string]string
	advice advice
}

// advice says what to do about a refusal.
type advice struct {
	name, email, phone, level, document, setup, nobody, other string
}

func phrasesIn(language string) phrases {
	switch language {
	case "de":
		return german()
	case "fr":
		return french()
	case "it":
		return italian()
	}
	return english()
}

// text fills a pattern. Values come from outside: they are cleaned and clipped.
func (s Subject) text(pattern, key string, e Event) string {
	t := phrasesIn(s.Rule.CardLanguage)
	values := map[string]string{
		"title":    clip(s.Title, maxTitle),
		"who":      t.who(e),
		"verdict":  t.verdicts[e.Verdict],
		"level":    string(s.Rule.Level),
		"provider": capital(e.Provider, s.Rule.Provider),
		"advice":   t.advice.of(e.Cause),
	}
	if e.Level != "" {
		values["level"] = string(e.Level)
	}
	if values["title"] == "" {
		values["title"] = t.document
	}
	if reason := clip(cmp.Or(e.Reason, e.Cause), maxReason); reason != "" {
		values["reason"] = t.because + reason
	}
	values["cause"] = fill(t.causes[e.Cause], values)
	return clean(fill(pattern, values)) + " [" + Reference(key) + "]"
}

// who names a signer by name and role, or by what is known of the two.
func (t phrases) who(e Event) string {
	name, role := clip(e.Name, maxWho), clip(e.Role, maxWho)
	switch {
	case name != "" && role != "":
		return name + " (" + role + ")"
	case name+role != "":
		return name + role
	}
	return t.someone
}

func (t phrases) field(f Field) string {
	if name, ok := t.fields[f]; ok {
		return name
	}
	return string(f)
}

// of returns what to do about a refusal for one of the contract's reasons.
func (a advice) of(reason string) string {
	switch reason {
	case "SIGNER_NAME_INVALID":
		return a.name
	case "SIGNER_EMAIL_INVALID":
		return a.email
	case "SIGNER_PHONE_REQUIRED":
		return a.phone
	case "NO_PROVIDER":
		return a.nobody
	case "LEVEL_NOT_OFFERED", "LEGISLATION_NOT_OFFERED", "AUTHENTICATION_NOT_OFFERED", "LANGUAGE_NOT_OFFERED", "ORDER_NOT_OFFERED",
		"VERDICT_NOT_OFFERED":
		return a.level
	case "DOCUMENT_TOO_LARGE", "DOCUMENT_REJECTED", "DOCUMENT_DELETED", "SIGNATURE_FIELD_MISSING", "TEMPLATE_REJECTED",
		"TITLE_INVALID", "MESSAGE_INVALID":
		return a.document
	case "PROVIDER_MISCONFIGURED", "PROVIDER_UNKNOWN", "PROVIDER_TEMPLATE_REJECTED", "TOO_MANY_SIGNERS", "EXPIRY_INVALID":
		return a.setup
	}
	if strings.HasSuffix(reason, "_NOT_OFFERED") { // what else is asked for is asked for by the setup
		return a.setup
	}
	return a.other
}

// capital returns the first name that is not empty, its first letter in upper case.
func capital(names ...string) string {
	for _, name := range names {
		if r, size := utf8.DecodeRuneInString(name); size > 0 {
			return string(unicode.ToUpper(r)) + strings.ToLower(name[size:])
		}
	}
	return ""
}
