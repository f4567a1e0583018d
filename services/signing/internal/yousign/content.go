package yousign

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Limits of API v3, in characters and counts.
const (
	maxSubject     = 512
	maxRedirect    = 255
	maxLabel       = 64
	maxValue       = 5000
	maxLabelValues = 500
)

// refuseMessages checks the invitation's text in every language. Unlike a title it may hold e-mail addresses.
func refuseMessages(order signature.Order) *signature.Refusal {
	if refusal := refuseText("", order.Text); refusal != nil {
		return refusal
	}
	for _, language := range slices.Sorted(maps.Keys(order.Translations)) {
		if refusal := refuseText(fmt.Sprintf("translations[%q].", language), order.Translations[language]); refusal != nil {
			return refusal
		}
	}
	return nil
}

func refuseText(prefix string, text signature.MailText) *signature.Refusal {
	invalid := func(field, detail string) *signature.Refusal {
		return refuse(signature.ReasonMessageInvalid, prefix+field, detail)
	}
	switch {
	case utf8.RuneCountInString(text.Subject) > maxSubject || strings.ContainsAny(text.Subject, "\r\n"):
		return invalid("subject", fmt.Sprintf("Yousign takes a subject of one line and at most %d characters", maxSubject))
	case !isSafe(withoutEmails(text.Subject)):
		return invalid("subject", "Yousign accepts no markup and no link in a subject")
	case !isSafe(withoutEmails(text.Message)):
		return invalid("message", "Yousign accepts no markup and no link in a message")
	}
	return nil
}

func refuseObservers(order signature.Order) *signature.Refusal {
	for i, o := range order.Observers {
		if !validEmail(o.Email) {
			return refuse(signature.ReasonObserverNotOffered, fmt.Sprintf("observers[%d].email", i), emailDetail)
		}
	}
	return nil
}

func refuseBrand(order signature.Order) *signature.Refusal {
	if order.Brand != "" && !isUUID(order.Brand) {
		return refuse(signature.ReasonBrandNotOffered, "brand", "Yousign names a look by the UUID of its custom experience")
	}
	return nil
}

func refuseRedirects(order signature.Order) *signature.Refusal {
	for _, redirect := range []struct{ field, target string }{
		{"success_url", order.Redirects.Success}, {"decline_url", order.Redirects.Decline}, {"error_url", order.Redirects.Error},
	} {
		if redirect.target == "" {
			continue
		}
		if !isWebAddress(redirect.target) || len(redirect.target) > maxRedirect {
			return refuse(signature.ReasonRedirectNotOffered, "redirects."+redirect.field,
				fmt.Sprintf("Yousign redirects to a web address of at most %d characters", maxRedirect))
		}
	}
	return nil
}

func isWebAddress(target string) bool {
	parsed, err := url.Parse(target)
	return err == nil && parsed.Host != "" && parsed.User == nil && (parsed.Scheme == "https" || parsed.Scheme == "http")
}

// refuseTemplate checks what can be told of a template without asking Yousign, which creates none by its API.
func refuseTemplate(order signature.Order) *signature.Refusal {
	if order.Template == "" {
		return nil
	}
	invalid := func(field, detail string) *signature.Refusal {
		return refuse(signature.ReasonProviderTemplateRejected, "provider_template."+field, detail)
	}
	if !isUUID(order.Template) {
		return invalid("template", "Yousign names a template by its UUID")
	}
	if len(order.TemplateValues) > maxLabelValues {
		return invalid("values", fmt.Sprintf("Yousign fills at most %d texts", maxLabelValues))
	}
	for _, label := range slices.Sorted(maps.Keys(order.TemplateValues)) {
		if !within(label, maxLabel) || !within(order.TemplateValues[label], maxValue) {
			return invalid(fmt.Sprintf("values[%q]", label), fmt.Sprintf(
				"Yousign takes labels of 1 to %d characters, and texts of 1 to %d", maxLabel, maxValue))
		}
	}
	for i, signer := range order.Signers {
		if !within(signer.Role, maxLabel) {
			return refuse(signature.ReasonProviderTemplateRejected, fmt.Sprintf("signers[%d].role", i),
				fmt.Sprintf("Yousign takes labels of 1 to %d characters", maxLabel))
		}
	}
	return nil
}

// within tells whether the text has at least one character and not more than the most.
func within(text string, most int) bool {
	return text != "" && utf8.ValidString(text) && utf8.RuneCountInString(text) <= most
}

func isUUID(id string) bool {
	return regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`).MatchString(id)
}
