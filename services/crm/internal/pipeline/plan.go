package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Plan is the signature request to create.
type Plan struct {
	// Key names the attempt: the same for every repetition of the same decision. It is what a request id is made from.
	Key      string
	Title    string
	Template string
	// Values fill the template, all as text: deal.name, deal.price ("1200.00 EUR"), deal.reference ("D-824971"),
	// deal.fields.*, contact.name, contact.first_name, contact.last_name, contact.email, contact.phone, company.name and
	// document.date (ISO 8601). What the CRM does not know is left out.
	Values map[string]string
	// Signers starts with the main contact.
	Signers        []Signer
	Provider       string
	Level          Level
	Legislation    Legislation
	Authentication Authentication
	Language       string
	Expiry         time.Duration
	// Fingerprint tells two plans apart by what a provider can refuse: everything above but the key and the date.
	Fingerprint string
}

// Signer is one person who is asked to sign.
type Signer struct {
	// Role is that of the document's signature field.
	Role      string
	FirstName string
	LastName  string
	Email     string
	// Phone in E.164; empty when unknown.
	Phone string
	// Language of the mails and pages, ISO 639-1.
	Language string
	// Order is 0 when all are asked at once, else lower numbers sign first.
	Order int
}

// maxTitle is in characters: what every provider takes.
const maxTitle = 120

// plan returns what to request for the deal, or everything that is missing for it, most important first.
func (r Rule) plan(deal Deal, attempt int, now time.Time) (Plan, []Field) {
	customer, missing := r.customer(deal.Contact)
	values := values(deal, customer, now)
	for _, key := range r.Required {
		if lacks(values, key) && !slices.Contains(missing, fieldOf(key)) {
			missing = append(missing, fieldOf(key))
		}
	}
	if len(missing) > 0 {
		return Plan{}, missing
	}
	p := Plan{
		Key:            attemptKey(deal.Account, deal.LeadID, r.ID, attempt),
		Title:          title(r.TitlePattern, values),
		Template:       r.Template,
		Values:         values,
		Signers:        append([]Signer{customer}, r.countersigners()...),
		Provider:       r.Provider,
		Level:          r.Level,
		Legislation:    r.Legislation,
		Authentication: r.Authentication,
		Language:       r.Language,
		Expiry:         r.Expiry,
	}
	p.Fingerprint = p.digest(r.TitlePattern, func(string) bool { return true })
	return p, nil
}

// customer returns the main contact as a signer, and which of their data is missing or unusable.
func (r Rule) customer(c *Contact) (Signer, []Field) {
	if c == nil {
		return Signer{}, []Field{FieldContact}
	}
	s := Signer{Role: r.Role, Email: address(c.Email), Phone: phoneNumber(c.Phone), Language: r.Language}
	s.FirstName, s.LastName = c.names(r.Level)
	if isLanguage(c.Language) {
		s.Language = c.Language
	}
	var missing []Field
	for _, m := range []struct {
		missing bool
		field   Field
	}{
		{s.FirstName == "", FieldFirstName},
		{s.LastName == "", FieldLastName},
		{s.Email == "", FieldEmail},
		{s.Phone == "" && r.Authentication == AuthenticationSMS, FieldPhone},
	} {
		if m.missing {
			missing = append(missing, m.field)
		}
	}
	return s, missing
}

func (r Rule) countersigners() []Signer {
	signers := slices.Clone(r.Countersigners)
	for i := range signers {
		signers[i].Phone = phoneNumber(signers[i].Phone)
		if signers[i].Language == "" {
			signers[i].Language = r.Language
		}
	}
	return signers
}

func values(deal Deal, customer Signer, now time.Time) map[string]string {
	all := map[string]string{
		"deal.name":          clean(deal.Name),
		"deal.price":         money(deal.Price, deal.Currency),
		"deal.reference":     "D-" + strconv.FormatInt(deal.LeadID, 10),
		"contact.name":       clean(customer.FirstName + " " + customer.LastName),
		"contact.first_name": customer.FirstName,
		"contact.last_name":  customer.LastName,
		"contact.email":      customer.Email,
		"contact.phone":      customer.Phone,
		"company.name":       clean(deal.Company),
		"document.date":      now.Format(time.DateOnly),
	}
	for key, value := range deal.Fields {
		all["deal.fields."+key] = strings.TrimSpace(value)
	}
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

// lacks tells whether a required value is missing. A price of nothing is what the CRM shows for a deal without a price.
func lacks(values map[string]string, key string) bool {
	value := values[key]
	if key == "deal.price" {
		amount, _, _ := strings.Cut(value, " ")
		return strings.Trim(amount, "0.") == ""
	}
	return value == ""
}

func title(pattern string, values map[string]string) string {
	if t := clip(fill(pattern, values), maxTitle); t != "" {
		return t
	}
	return values["deal.reference"]
}

// fill replaces each {key} of the pattern in one pass, so that a value cannot bring a placeholder of its own.
func fill(pattern string, values map[string]string) string {
	var b strings.Builder
	for rest := pattern; rest != ""; {
		before, after, open := strings.Cut(rest, "{")
		key, tail, shut := strings.Cut(after, "}")
		if !open || !shut {
			b.WriteString(rest)
			break
		}
		b.WriteString(before + values[key])
		rest = tail
	}
	return b.String()
}

// digest leaves out the title for its pattern, because a title may hold the date, and the values that used does not take.
func (p Plan) digest(titlePattern string, used func(key string) bool) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %q", titlePattern, p.Template, p.Provider, p.Level, p.Legislation)
	fmt.Fprintf(h, " %q %q %d", p.Authentication, p.Language, p.Expiry)
	for _, s := range p.Signers {
		fmt.Fprintf(h, " %q", []string{s.Role, s.FirstName, s.LastName, s.Email, s.Phone, s.Language, strconv.Itoa(s.Order)})
	}
	for _, key := range slices.Sorted(maps.Keys(p.Values)) {
		if key != "document.date" && used(key) {
			fmt.Fprintf(h, " %q=%q", key, p.Values[key])
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
