package signature_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// plain offers little; rich offers everything.
func plain() signature.Capabilities {
	return signature.Capabilities{
		Name: "plain", Languages: []string{"de", "en"}, MaxSigners: 2, MaxDocumentBytes: 20, MaxTitle: 10, MaxMessage: 12,
		MaxExpiryDays: 30, ReminderPause: 48 * time.Hour,
		Offers: []signature.Offer{
			{
				Level: signature.SES, Legislations: []signature.Legislation{signature.EIDAS},
				Authentications: []signature.Authentication{signature.AuthenticationEmail},
			},
			{Level: signature.QES, Legislations: []signature.Legislation{signature.ZERTES}},
		},
	}
}

func rich() signature.Capabilities {
	c := plain()
	c.OrderedSigners, c.SignerGroups, c.SigningLinks, c.Templates, c.Subjects, c.Translations, c.Brands = true, true, true, true, true, true, true
	c.Redirecting, c.MaxAttachments, c.MaxObservers, c.MaxSigners = signature.RedirectsAlways, 1, 1, 3
	return c
}

// wish is an order that plain honours.
func wish() signature.Order {
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	return signature.Order{
		Title: "Contract", Text: signature.MailText{Message: "Please sign"}, Level: signature.SES, Legislation: signature.EIDAS,
		Language: "de", CreateTime: now, ExpireTime: now.AddDate(0, 0, 30), Document: []byte("%PDF-1.7"),
		Signers: []signature.Signer{{Role: "client", Language: "de"}, {Role: "seller", Language: "en"}},
	}
}

// TestWhatIsNotOfferedIsRefusedByName: each wish alone, with its reason, its field and what would be accepted.
func TestWhatIsNotOfferedIsRefusedByName(t *testing.T) {
	type order = *signature.Order
	groups := func(groups ...int) func(order) {
		return func(o order) {
			o.Signers = nil
			for _, g := range groups {
				o.Signers = append(o.Signers, signature.Signer{Language: "de", Order: g})
			}
		}
	}
	ordered := rich()
	ordered.SignerGroups = false
	lead := rich()
	lead.Redirecting = signature.RedirectsCallerDelivery
	sealed := plain()
	sealed.Offers[0].Verdict = signature.AttestedByProvider
	french := map[string]signature.MailText{"en": {Message: "Sign"}}
	for name, c := range map[string]struct {
		account signature.Capabilities
		spoil   func(order)
		want    string // reason, field and what is accepted
	}{
		"level":                  {plain(), func(o order) { o.Level = signature.AES }, "LEVEL_NOT_OFFERED level SES, QES"},
		"legislation":            {plain(), func(o order) { o.Legislation = signature.ZERTES }, "LEGISLATION_NOT_OFFERED legislation SES under EIDAS"},
		"authentication":         {plain(), func(o order) { o.Signers[1].Authentication = signature.AuthenticationSMS }, "AUTHENTICATION_NOT_OFFERED signers[1].authentication EMAIL_CODE"},
		"a proof":                {sealed, func(o order) { o.RequiredVerdict = signature.Proven }, "VERDICT_NOT_OFFERED required_verdict SES whose proof is ATTESTED_BY_PROVIDER"},
		"language":               {plain(), func(o order) { o.Language = "fr" }, "LANGUAGE_NOT_OFFERED language de, en"},
		"a signer's language":    {plain(), func(o order) { o.Signers[1].Language = "fr" }, "LANGUAGE_NOT_OFFERED signers[1].language de, en"},
		"an observer's language": {rich(), func(o order) { o.Observers = []signature.Observer{{Language: "fr"}} }, "LANGUAGE_NOT_OFFERED observers[0].language de, en"},
		"nobody":                 {plain(), func(o order) { o.Signers = nil }, "PROVIDER_REJECTED signers a signer"},
		"a crowd":                {plain(), groups(0, 0, 0), "TOO_MANY_SIGNERS signers at most 2"},
		"an order":               {plain(), groups(1, 2), "ORDER_NOT_OFFERED signers one order group"},
		"half an order":          {rich(), groups(1, 0), "ORDER_NOT_OFFERED signers[1].order_group none at 0"},
		"groups":                 {ordered, groups(1, 2, 2), "ORDER_NOT_OFFERED signers[2].order_group each an own one"},
		"no title":               {plain(), func(o order) { o.Title = " " }, "TITLE_INVALID title not blank"},
		"a long title":           {plain(), func(o order) { o.Title = strings.Repeat("é", 11) }, "TITLE_INVALID title at most 10"},
		"a long message":         {plain(), func(o order) { o.Text.Message = strings.Repeat("é", 13) }, "MESSAGE_INVALID message at most 12"},
		"a long translation": {rich(), func(o order) {
			o.Translations = map[string]signature.MailText{"en": {Message: strings.Repeat("x", 13)}}
		}, `MESSAGE_INVALID translations["en"].message at most 12`},
		"a subject":                  {plain(), func(o order) { o.Text.Subject = "Yours" }, "SUBJECT_NOT_OFFERED subject leave it empty"},
		"a translated subject":       {plain(), func(o order) { o.Translations = map[string]signature.MailText{"en": {Subject: "Yours"}} }, `SUBJECT_NOT_OFFERED translations["en"].subject leave it empty`},
		"two texts":                  {plain(), func(o order) { o.Translations = french }, "TRANSLATION_NOT_OFFERED translations one text"},
		"a template":                 {plain(), func(o order) { o.Template = "t" }, "TEMPLATE_NOT_OFFERED provider_template a document"},
		"a brand":                    {plain(), func(o order) { o.Brand = "b" }, "BRAND_NOT_OFFERED brand leave the brand empty"},
		"an observer":                {plain(), func(o order) { o.Observers = make([]signature.Observer, 1) }, "OBSERVER_NOT_OFFERED observers at most 0"},
		"two observers":              {rich(), func(o order) { o.Observers = make([]signature.Observer, 2) }, "OBSERVER_NOT_OFFERED observers at most 1"},
		"two attachments":            {rich(), func(o order) { o.Attachments = make([]signature.Attachment, 2) }, "ATTACHMENT_NOT_OFFERED attachments at most 1"},
		"links":                      {plain(), func(o order) { o.CallerDelivers = true }, "DELIVERY_NOT_OFFERED delivery brings them itself"},
		"a redirect":                 {plain(), func(o order) { o.Redirects.Success = "https://x.example" }, "REDIRECT_NOT_OFFERED redirects leave the redirects empty"},
		"a redirect out of mails":    {lead, func(o order) { o.Redirects.Error = "https://x.example" }, "REDIRECT_NOT_OFFERED redirects the caller delivers"},
		"a late end":                 {plain(), func(o order) { o.ExpireTime = o.ExpireTime.Add(time.Second) }, "EXPIRY_INVALID expire_time at most 30 days"},
		"reminders":                  {plain(), func(o order) { o.Reminders = signature.Reminders{Days: 1, Most: 1} }, "REMINDER_NOT_OFFERED reminders.interval_days every 48 hours"},
		"reminders without delivery": {rich(), func(o order) { o.CallerDelivers, o.Reminders = true, signature.Reminders{Days: 2, Most: 1} }, "REMINDER_NOT_OFFERED reminders the caller delivers"},
	} {
		order := wish()
		c.spoil(&order)
		got := c.account.Refusal(order)
		want := strings.SplitN(c.want, " ", 3)
		if got == nil || string(got.Reason) != want[0] || got.Field != want[1] || !strings.HasPrefix(got.Detail, "Plain ") ||
			!strings.Contains(got.Detail, want[2]) {
			t.Errorf("%s: refused for %+v, want %s", name, got, c.want)
		}
	}
}

// TestWhatIsOfferedPasses: by the account that offers all of it, and where a wish changes nothing.
func TestWhatIsOfferedPasses(t *testing.T) {
	full := wish()
	full.Text.Subject, full.Brand, full.Template, full.Redirects.Success = "Yours", "b", "t", "https://x.example"
	full.Translations = map[string]signature.MailText{"en": {Subject: "Ours", Message: "Sign"}}
	full.Observers, full.Attachments = []signature.Observer{{Language: "en"}}, make([]signature.Attachment, 1)
	full.Reminders = signature.Reminders{Days: 2, Most: 3}
	full.Signers = []signature.Signer{{Order: 1, Language: "de"}, {Order: 2, Language: "en"}, {Order: 2}}
	linked := wish()
	linked.CallerDelivers = true
	same := wish() // a text that nobody reads, and one that reads the same
	same.Translations = map[string]signature.MailText{"fr": {Subject: "Oui", Message: strings.Repeat("x", 99)}, "en": same.Text}
	english := wish() // everybody reads the same translation
	english.Signers[0].Language, english.Translations = "en", map[string]signature.MailText{"en": {Message: "Sign"}}
	level := wish()
	level.Signers[0].Order, level.Signers[1].Order = 3, 3
	ageless := wish()
	ageless.CreateTime, ageless.ExpireTime = time.Time{}, ageless.ExpireTime.AddDate(9, 0, 0)
	sealed, proven, attested := plain(), wish(), wish()
	sealed.Offers[0].Verdict = signature.AttestedByProvider
	proven.RequiredVerdict, attested.RequiredVerdict = signature.Proven, signature.AttestedByProvider
	for name, c := range map[string]struct {
		account signature.Capabilities
		order   signature.Order
	}{
		"a proof that is reached": {sealed, attested}, "a proof that nobody speaks of": {plain(), proven},
		"plain": {plain(), wish()}, "everything": {rich(), full}, "links": {rich(), linked}, "the same text": {plain(), same},
		"one translation": {plain(), english}, "one group": {plain(), level}, "no time": {plain(), ageless},
	} {
		if got := c.account.Refusal(c.order); got != nil {
			t.Errorf("%s: refused for %+v", name, got)
		}
	}
}

func TestDocumentsAreJudgedByThemselves(t *testing.T) {
	for name, c := range map[string]struct {
		document   string
		template   string
		attachment string
		want       string
	}{
		"a PDF": {"%PDF-1.7", "", "%PDF-1.4", ""}, "a template": {"", "t", "%PDF-1.4", ""},
		"nothing":                {"", "", "%PDF-1.4", "DOCUMENT_REJECTED document"},
		"a letter":               {"PK", "", "%PDF-1.4", "DOCUMENT_REJECTED document"},
		"too large":              {"%PDF-1.7 and 12 more!!", "", "%PDF-1.4", "DOCUMENT_TOO_LARGE document"},
		"a letter beside":        {"%PDF-1.7", "", "PK", "ATTACHMENT_NOT_OFFERED attachments[0]"},
		"too large beside":       {"%PDF-1.7", "t", "%PDF-1.7 and 12 more!!", "ATTACHMENT_NOT_OFFERED attachments[0]"},
		"an attachment not read": {"%PDF-1.7", "", "", "DOCUMENT_REJECTED attachments[0]"},
	} {
		order := wish()
		order.Document, order.Template = []byte(c.document), c.template
		order.Attachments = []signature.Attachment{{Content: []byte(c.attachment)}}
		got := ""
		if refusal := rich().DocumentRefusal(order); refusal != nil {
			got = string(refusal.Reason) + " " + refusal.Field
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	later := []signature.RefusalReason{signature.ReasonDocumentRejected, signature.ReasonDocumentTooLarge, signature.ReasonSignatureFieldMissing}
	for _, reason := range append(later, signature.ReasonAttachmentNotOffered, signature.ReasonTitleInvalid) {
		if reason.NeedsDocument() != slices.Contains(later, reason) {
			t.Errorf("%s: needs the document: %t", reason, reason.NeedsDocument())
		}
	}
}
