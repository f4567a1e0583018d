package signature

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Refusal tells which of the order's wishes the account does not offer, as far as Capabilities tell and without a look at
// the document; nil when it offers them all. An adapter calls it first and adds what is the vendor's own.
func (c Capabilities) Refusal(order Order) *Refusal {
	checks := []func(Order) *Refusal{
		c.refuseLevel, c.refuseSigners, c.refuseSequence, c.refuseLanguages, c.refuseTitle, c.refuseTexts, c.refuseCompany,
		c.refuseWay, c.refuseTime,
	}
	for _, check := range checks {
		if refusal := check(order); refusal != nil {
			return refusal
		}
	}
	return nil
}

// refuse makes a refusal whose detail says what the vendor accepts, after its name.
func (c Capabilities) refuse(reason RefusalReason, field, accepts string, values ...any) *Refusal {
	return &Refusal{Reason: reason, Field: field, Detail: c.title() + " " + fmt.Sprintf(accepts, values...)}
}

func (c Capabilities) refuseSigners(order Order) *Refusal {
	switch n := len(order.Signers); {
	case n == 0:
		return c.refuse(ReasonProviderRejected, "signers", "needs a signer")
	case c.MaxSigners > 0 && n > c.MaxSigners:
		return c.refuse(ReasonTooManySigners, "signers", "takes at most %d signers, not %d", c.MaxSigners, n)
	}
	return nil
}

// refuseSequence judges whom the vendor asks first: all at once, one after another, or one group after another. A signer
// without a group among those with one has no place that could be known.
func (c Capabilities) refuseSequence(order Order) *Refusal {
	first := map[int]int{}
	crowded := -1
	for i, s := range order.Signers {
		if _, taken := first[s.Order]; !taken {
			first[s.Order] = i
		} else if crowded < 0 {
			crowded = i
		}
	}
	free, mixed := first[0]
	switch {
	case len(first) < 2:
		return nil
	case mixed:
		return c.refuse(ReasonOrderNotOffered, signerField(free, "order_group"),
			"asks all signers at once, with group 0 for each, or in groups from 1, with none at 0")
	case !c.OrderedSigners:
		return c.refuse(ReasonOrderNotOffered, "signers", "asks all signers at once: give them one order group")
	case crowded >= 0 && !c.SignerGroups:
		return c.refuse(ReasonOrderNotOffered, signerField(crowded, "order_group"),
			"asks all signers at once or one after another: give all of them one order group, or each an own one")
	}
	return nil
}

func (c Capabilities) refuseLanguages(order Order) *Refusal {
	fields, languages := []string{"language"}, []string{order.Language}
	for i, s := range order.Signers {
		fields, languages = append(fields, signerField(i, "language")), append(languages, s.Language)
	}
	for i, o := range order.Observers {
		fields, languages = append(fields, fmt.Sprintf("observers[%d].language", i)), append(languages, o.Language)
	}
	for i, language := range languages {
		if language != "" && !slices.Contains(c.Languages, language) {
			return c.refuse(ReasonLanguageNotOffered, fields[i], "writes in %s", list(c.Languages))
		}
	}
	return nil
}

func (c Capabilities) refuseTitle(order Order) *Refusal {
	switch {
	case strings.TrimSpace(order.Title) == "" || strings.ContainsFunc(order.Title, unicode.IsControl):
		return c.refuse(ReasonTitleInvalid, "title", "needs a title that is not blank and has one line")
	case tooLong(order.Title, c.MaxTitle):
		return c.refuse(ReasonTitleInvalid, "title", "takes titles of at most %d characters", c.MaxTitle)
	}
	return nil
}

func tooLong(text string, most int) bool { return most > 0 && utf8.RuneCountInString(text) > most }

// refuseTexts judges the texts that somebody reads: the request's own and those that the signers' languages select. Where
// one text serves all, it is the one that they all select.
func (c Capabilities) refuseTexts(order Order) *Refusal {
	read := map[string]string{"": order.Language}
	for _, s := range order.Signers {
		if _, ok := order.Translations[s.Language]; ok && s.Language != order.Language {
			read[fmt.Sprintf("translations[%q].", s.Language)] = s.Language
		}
	}
	for _, prefix := range slices.Sorted(maps.Keys(read)) {
		text := order.TextFor(read[prefix])
		switch {
		case text.Subject != "" && !c.Subjects:
			return c.refuse(ReasonSubjectNotOffered, prefix+"subject", "sets the subject of its mails itself: leave it empty")
		case tooLong(text.Message, c.MaxMessage):
			return c.refuse(ReasonMessageInvalid, prefix+"message", "takes messages of at most %d characters", c.MaxMessage)
		}
	}
	for i, s := range order.Signers {
		if !c.Translations && order.TextFor(s.Language) != order.TextFor(order.Signers[0].Language) {
			return c.refuse(ReasonTranslationNotOffered, "translations",
				"has one text for all signers: the language of signers[%d] selects another one than that of signers[0]", i)
		}
	}
	return nil
}

// refuseCompany judges what comes beside the document and its signers.
func (c Capabilities) refuseCompany(order Order) *Refusal {
	switch {
	case order.Template != "" && !c.Templates:
		return c.refuse(ReasonTemplateNotOffered, "provider_template", "has no templates of its own: give a template or a document")
	case order.Brand != "" && !c.Brands:
		return c.refuse(ReasonBrandNotOffered, "brand", "has the account's own look only: leave the brand empty")
	case len(order.Observers) > c.MaxObservers:
		return c.refuse(ReasonObserverNotOffered, "observers", "informs at most %d observers, not %d", c.MaxObservers, len(order.Observers))
	case len(order.Attachments) > c.MaxAttachments:
		return c.refuse(ReasonAttachmentNotOffered, "attachments", "shows at most %d attachments, not %d",
			c.MaxAttachments, len(order.Attachments))
	}
	return nil
}

// refuseWay judges how signers come to the vendor and leave it.
func (c Capabilities) refuseWay(order Order) *Refusal {
	redirected := order.Redirects != Redirects{}
	switch {
	case order.CallerDelivers && !c.SigningLinks:
		return c.refuse(ReasonDeliveryNotOffered, "delivery", "has no links to hand out: it brings them itself")
	case redirected && c.Redirecting == RedirectsNever:
		return c.refuse(ReasonRedirectNotOffered, "redirects", "sends no signer elsewhere afterwards: leave the redirects empty")
	case redirected && c.Redirecting == RedirectsCallerDelivery && !order.CallerDelivers:
		return c.refuse(ReasonRedirectNotOffered, "redirects", "redirects only signers whose links the caller delivers: set the delivery to that")
	}
	return nil
}

func (c Capabilities) refuseTime(order Order) *Refusal {
	last := order.CreateTime.AddDate(0, 0, c.MaxExpiryDays)
	pause := time.Duration(order.Reminders.Days) * 24 * time.Hour
	switch {
	case c.MaxExpiryDays > 0 && !order.CreateTime.IsZero() && order.ExpireTime.After(last):
		return c.refuse(ReasonExpiryInvalid, "expire_time", "ends a request at most %d days ahead", c.MaxExpiryDays)
	case order.Reminders == Reminders{}:
		return nil
	case pause < c.ReminderPause:
		return c.refuse(ReasonReminderNotOffered, "reminders.interval_days", "reminds a signer at most every %d hours",
			int(c.ReminderPause.Hours()))
	case order.CallerDelivers:
		return c.refuse(ReasonReminderNotOffered, "reminders", "reminds no signer whose link the caller delivers")
	}
	return nil
}

func signerField(i int, field string) string { return fmt.Sprintf("signers[%d].%s", i, field) }

// list names what is accepted.
func list[T ~string](accepted []T) string {
	words := make([]string, len(accepted))
	for i, word := range accepted {
		words[i] = string(word)
	}
	return strings.Join(words, ", ")
}
