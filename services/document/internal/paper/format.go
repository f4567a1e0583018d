package paper

import (
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"time"
)

// noBreak holds a number and its unit, or a day and its month, on one line.
const noBreak = "\u00a0"

// locale is how one language writes numbers, money and dates.
type locale struct {
	group, decimal string
	currencyFirst  bool
	firstDay       string // how the first of a month is written
	day            string // how any other day is written, a fmt verb
	shortDate      string // time layout
	months         string
	yes, no        string
}

func localeOf(language string) (locale, bool) {
	switch language {
	case "de":
		return locale{group: ".", decimal: ",", firstDay: "1.", day: "%d.",
			shortDate: "02.01.2006", yes: "ja", no: "nein",
			months: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"}, true
	case "fr":
		return locale{group: noBreak, decimal: ",", firstDay: "1er", day: "%d",
			shortDate: "02/01/2006", yes: "oui", no: "non",
			months: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"}, true
	case "it":
		return locale{group: ".", decimal: ",", firstDay: "1º", day: "%d",
			shortDate: "02/01/2006", yes: "sì", no: "no",
			months: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"}, true
	case "en":
		return locale{group: ",", decimal: ".", currencyFirst: true, firstDay: "1", day: "%d",
			shortDate: "02/01/2006", yes: "yes", no: "no",
			months: "January February March April May June July August September October November December"}, true
	default:
		return locale{}, false
	}
}

func supportedLanguages() []string { return []string{"de", "en", "fr", "it"} }

func supported(language string) bool {
	_, found := localeOf(language)
	return found
}

// format writes a trimmed, harmless value; false when it does not fit the variable's type.
func (v Variable) format(language, value string) (string, bool) {
	l, found := localeOf(language)
	if !found {
		return "", false
	}
	switch v.Type {
	case TypeText, TypeLines:
		return value, true
	case TypeDate:
		return l.date(value, v.Format)
	case TypeMoney:
		return l.money(value, v.Currency)
	case TypeNumber:
		return l.decimals(value, v.Decimals)
	case TypeEmail:
		address, err := mail.ParseAddress(value)
		return value, err == nil && address.Address == value && strings.Contains(value, ".")
	case TypeChoice:
		return v.choice(language, value)
	case TypeBoolean:
		return map[string]string{"true": l.yes, "false": l.no}[value], value == "true" || value == "false"
	default:
		return "", false
	}
}

// hint tells people how a value of a type is written; empty where any text is one.
func (t Type) hint() string {
	how := map[Type]string{
		TypeDate: "2026-11-22", TypeMoney: "1234.50 EUR, or 1234.50 where the currency is given", TypeNumber: "1234.5",
		TypeEmail: "ada@example.com", TypeBoolean: "true or false", TypeChoice: "one of the choices",
	}[t]
	if how != "" {
		how = "; write " + how
	}
	return how
}

func (v Variable) choice(language, value string) (string, bool) {
	for _, c := range v.Choices {
		if c.Value == value {
			return c.label(language), true
		}
	}
	return "", false
}

func (l locale) date(value string, format DateFormat) (string, bool) {
	date, err := time.Parse(time.DateOnly, value)
	if err != nil || date.Year() < 1900 || date.Year() > 2200 {
		return "", false
	}
	switch format {
	case DateShort:
		return date.Format(l.shortDate), true
	case DateISO:
		return value, true
	}
	day := l.firstDay
	if date.Day() > 1 {
		day = fmt.Sprintf(l.day, date.Day())
	}
	month := strings.Fields(l.months)[date.Month()-1]
	return fmt.Sprintf("%s%s%s%s%d", day, noBreak, month, noBreak, date.Year()), true
}

// money accepts "1234.50 EUR", and "1234.50" where the currency is fixed; no decimals or two.
func (l locale) money(value, fixed string) (string, bool) {
	amount, currency, _ := strings.Cut(value, " ")
	if currency == "" {
		currency = fixed
	}
	if !matches(currency, `[A-Z]{3}`) || fixed != "" && currency != fixed {
		return "", false
	}
	if !strings.Contains(amount, ".") {
		amount += ".00"
	}
	text, ok := l.number(amount, regexp.MustCompile(`^(-?)(\d{1,15})\.(\d{2})$`))
	if l.currencyFirst {
		return currency + noBreak + text, ok
	}
	return text + noBreak + currency, ok
}

// decimals writes a number with a fixed count of decimals, or those that it has. Zeros may be added or left out at its
// end; any other digit too many is refused.
func (l locale) decimals(value string, fixed *int) (string, bool) {
	if !matches(value, decimalPattern) {
		return "", false
	}
	if fixed != nil {
		whole, decimals, _ := strings.Cut(value, ".")
		decimals = strings.TrimRight(decimals, "0")
		if len(decimals) > *fixed {
			return "", false
		}
		if decimals += strings.Repeat("0", *fixed-len(decimals)); decimals != "" {
			whole += "." + decimals
		}
		value = whole
	}
	return l.number(value, regexp.MustCompile("^"+decimalPattern+"$"))
}

const decimalPattern = `(-?)(\d{1,15})(?:\.(\d{1,6}))?`

// number writes what the pattern splits into sign, whole part and decimals. Text, not floats: no amount may be rounded.
func (l locale) number(value string, pattern *regexp.Regexp) (string, bool) {
	parts := pattern.FindStringSubmatch(value)
	if parts == nil {
		return "", false
	}
	whole := strings.TrimLeft(parts[2], "0")
	if whole == "" {
		whole = "0"
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + l.group + whole[i:]
	}
	text := strings.Replace(parts[1], "-", "−", 1) + whole
	if parts[3] != "" {
		text += l.decimal + parts[3]
	}
	return text, true
}
