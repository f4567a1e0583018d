package pipeline

import (
	"slices"
	"strings"
	"time"
)

const letters = "abcdefghijklmnopqrstuvwxyz"

// check returns the first fault of a rule whose defaults are filled in.
func (r Rule) check() error {
	for _, c := range []struct {
		bad            bool
		field, problem string
	}{
		{!isName(r.ID), "ID", "must be 1 to 64 characters of a-z, 0-9, _ and -"},
		{r.Pipeline <= 0, "Pipeline", "must be a pipeline's id"},
		{r.Stage <= 0, "Stage", "must be a stage's id"},
		{r.Stage == StageWon, "Stage", "is Won, which is where the signature is to bring the deal"},
		{r.Stage == StageLost, "Stage", "is Lost, where requests are withdrawn"},
		{r.StageAfterCompletion <= 0, "StageAfterCompletion", "must be a stage's id"},
		{r.StageAfterCompletion == r.Stage, "StageAfterCompletion", "is the trigger itself"},
		{!isResource(r.Template), "Template", "must be 1 to 63 characters of a-z, 0-9 and -, and not start with -"},
		{r.Provider != "" && (!isResource(r.Provider) || r.Provider[0] < 'a'), "Provider", "must be empty, or 1 to 63 characters of a-z, 0-9 and -, and start with a letter"},
		{r.Level.rank() == 0, "Level", "must be SES, AES or QES"},
		{!slices.Contains([]Legislation{EIDAS, ZERTES}, r.Legislation), "Legislation", "must be EIDAS or ZERTES"},
		{!r.Authentication.known(), "Authentication", "must be empty, none, otp_email or otp_sms"},
		{!r.Proof.known(), "Proof", "must be empty, proven or attested"},
		{!isLanguage(r.Language), "Language", "must be two lower-case letters"},
		{!isLanguage(r.CardLanguage), "CardLanguage", "must be two lower-case letters"},
		{r.Expiry < time.Hour || r.Expiry > maxExpiry, "Expiry", "must be between an hour and 364 days"},
		{r.TaskDays < 1 || r.TaskDays > 30, "TaskDays", "must be between 1 and 30"},
		{!isRole(r.Role), "Role", "must be 1 to 64 characters of a-z, 0-9 and _, and start with a letter"},
	} {
		if c.bad {
			return &RuleError{r.ID, c.field, c.problem}
		}
	}
	return r.checkCountersigners()
}

func (r Rule) checkCountersigners() error {
	roles := []string{r.Role}
	for _, s := range r.Countersigners {
		switch {
		case !isRole(s.Role) || slices.Contains(roles, s.Role):
			return &RuleError{r.ID, "Countersigners", "need a role each, of a-z, 0-9 and _"}
		case s.FirstName == "" || s.LastName == "":
			return &RuleError{r.ID, "Countersigners", "need a first and a last name"}
		case address(s.Email) == "":
			return &RuleError{r.ID, "Countersigners", "need an e-mail address"}
		case s.Language != "" && !isLanguage(s.Language):
			return &RuleError{r.ID, "Countersigners", "need a language of two lower-case letters"}
		case r.Authentication == AuthenticationSMS && phoneNumber(s.Phone) == "":
			return &RuleError{r.ID, "Countersigners", "need a phone number for an SMS code"}
		case s.Order < 0:
			return &RuleError{r.ID, "Countersigners", "need an order of 0 or more"}
		}
		roles = append(roles, s.Role)
	}
	return nil
}

func (a Authentication) known() bool {
	switch a {
	case AuthenticationDefault, AuthenticationNone, AuthenticationEmail, AuthenticationSMS:
		return true
	}
	return false
}

func (p ProofPolicy) known() bool {
	return p == ProofDefault || p == RequireProven || p == AcceptAttested
}

func isLanguage(s string) bool {
	return len(s) == 2 && strings.Trim(s, letters) == ""
}

// isName takes what may stand between the slashes of an effect's key.
func isName(s string) bool {
	return len(s) >= 1 && len(s) <= 64 && strings.Trim(s, letters+"0123456789_-") == ""
}

// isResource and isRole are the patterns of signing's contract.
func isResource(s string) bool {
	return len(s) >= 1 && len(s) <= 63 && s[0] != '-' && strings.Trim(s, letters+"0123456789-") == ""
}

func isRole(s string) bool {
	return len(s) >= 1 && len(s) <= 64 && s[0] >= 'a' && s[0] <= 'z' && strings.Trim(s, letters+"0123456789_") == ""
}
