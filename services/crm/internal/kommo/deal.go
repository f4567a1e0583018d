package kommo

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/services/crm/internal/pipeline"
)

// Deal reads what the rules need to know of a lead: its card, its main contact and its company, in one to three calls. A
// lead that is gone is a deal marked as deleted, not an error. languageField is the code, name or id of the contact's field
// that holds a language; it may be empty.
func (c *Client) Deal(ctx context.Context, account Account, leadID int64, languageField string) (pipeline.Deal, error) {
	lead, err := c.Lead(ctx, leadID)
	if KindOf(err) == NotFound {
		return pipeline.Deal{Account: strconv.FormatInt(account.ID, 10), LeadID: leadID, Deleted: true}, nil
	}
	if err != nil {
		return pipeline.Deal{}, err
	}
	deal := newDeal(account, lead)
	if id, ok := lead.MainContact(); ok {
		contact, err := c.Contact(ctx, id)
		if err == nil && !contact.Deleted {
			deal.Contact = signer(contact, languageField)
		} else if none(err) != nil {
			return pipeline.Deal{}, err
		}
	}
	if len(lead.Companies) > 0 {
		name, err := c.CompanyName(ctx, lead.Companies[0])
		if none(err) != nil {
			return pipeline.Deal{}, err
		}
		deal.Company = name
	}
	return deal, nil
}

func newDeal(account Account, lead Lead) pipeline.Deal {
	deal := pipeline.Deal{
		Account: strconv.FormatInt(account.ID, 10), LeadID: lead.ID, Name: lead.Name, Price: lead.Price, Currency: account.Currency,
		PipelineID: lead.PipelineID, StageID: lead.StatusID, ResponsibleUserID: lead.ResponsibleUserID, Deleted: lead.Deleted,
		UpdateTime: lead.UpdateTime,
		Fields:     make(map[string]string, 2*len(lead.Fields)),
	}
	for _, field := range lead.Fields {
		deal.Fields[strconv.FormatInt(field.FieldID, 10)] = fieldText(field)
	}
	// A code was chosen by somebody and goes before a name that happens to read the same.
	for _, key := range []func(FieldValue) string{codeKey, nameKey} {
		for _, field := range lead.Fields {
			if _, taken := deal.Fields[key(field)]; !taken && key(field) != "" {
				deal.Fields[key(field)] = fieldText(field)
			}
		}
	}
	return deal
}

func codeKey(f FieldValue) string { return strings.ToLower(f.Code) }

func nameKey(f FieldValue) string { return slug(f.Name) }

// fieldText joins all values. A date is what the person saw: Kommo sends midnight in the account's time zone, and noon of
// that day is the same day in UTC for all zones but the two east of +12.
func fieldText(field FieldValue) string {
	texts := make([]string, 0, len(field.Values))
	for _, value := range field.Values {
		text := value.Text
		if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && (field.Type == "date" || field.Type == "birthday") {
			text = time.Unix(seconds, 0).UTC().Add(12 * time.Hour).Format(time.DateOnly)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

func signer(c Contact, languageField string) *pipeline.Contact {
	return &pipeline.Contact{
		ID: c.ID, Name: c.Name, FirstName: c.FirstName, LastName: c.LastName, Email: c.Email(), Phone: c.Phone(),
		Language: language(c.Text(languageField)),
	}
}

// language reads what people put into a language field: a code such as "de" or "de-CH", or a language's name.
func language(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	switch text {
	case "german", "deutsch", "allemand", "tedesco":
		return "de"
	case "french", "französisch", "français", "francese":
		return "fr"
	case "italian", "italienisch", "italien", "italiano":
		return "it"
	case "english", "englisch", "anglais", "inglese":
		return "en"
	}
	code, _, _ := strings.Cut(strings.ReplaceAll(text, "_", "-"), "-")
	if len(code) != 2 {
		return ""
	}
	return code
}
