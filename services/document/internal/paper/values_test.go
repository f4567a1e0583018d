package paper

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func contract() Template {
	return Template{
		ID: "offer", Version: "1.0",
		Texts: map[string]Text{
			"de": {Title: "Vertrag", FileName: "vertrag.pdf"}, "fr": {Title: "Contrat", FileName: "contrat.pdf"},
			"en": {Title: "Contract", FileName: "contract.pdf"}, "it": {Title: "Contratto", FileName: "contratto.pdf"},
		},
		Variables: []Variable{
			{Name: "deal.name", Type: TypeText, Required: true, MaxLength: 40},
			{Name: "deal.price", Type: TypeMoney, Currency: "EUR"},
			{Name: "deal.fee", Type: TypeMoney},
			{Name: "deal.hours", Type: TypeNumber},
			{Name: "contact.email", Type: TypeEmail},
			{Name: "document.date", Type: TypeDate},
			{Name: "client.address", Type: TypeLines, MaxLength: 400},
			{Name: "deal.term", Type: TypeChoice, Choices: []Choice{
				{Value: "month", Labels: map[string]string{"de": "monatlich", "fr": "mensuel"}}, {Value: "year"},
			}},
			{Name: "deal.travel", Type: TypeBoolean},
			{Name: "deal.due", Type: TypeDate, Format: DateShort},
			{Name: "deal.start", Type: TypeDate, Format: DateISO},
			{Name: "deal.rate", Type: TypeNumber, Decimals: new(2)},
			{Name: "deal.days", Type: TypeNumber, Decimals: new(0)},
		},
		Roles: []Role{{ID: "client", Labels: map[string]string{"de": "Kundin", "fr": "Cliente", "en": "Client", "it": "Cliente"}}},
	}
}

func TestShowWritesEachLanguage(t *testing.T) {
	values := Values{
		"deal.name": "  Umbau ", "deal.price": "1234567.50", "deal.fee": "-1234.50 CHF", "deal.hours": "0012345.125",
		"contact.email": "a@example.com", "document.date": "2026-11-22", "deal.due": "2026-11-02", "deal.start": "2026-11-02",
		"client.address": "\n Nordwind GmbH \n\n \nHafen 1\n", "deal.rate": "1234.5", "deal.days": "12.00",
	}
	common := map[string]string{
		"deal.name": "Umbau", "contact.email": "a@example.com", "client.address": "Nordwind GmbH\nHafen 1",
		"deal.start": "2026-11-02", "deal.days": "12",
	}
	for language, want := range map[string]map[string]string{
		"de": {"deal.due": "02.11.2026", "deal.rate": "1.234,50", "deal.price": "1.234.567,50~EUR", "deal.fee": "−1.234,50~CHF", "deal.hours": "12.345,125", "document.date": "22.~November~2026"},
		"fr": {"deal.due": "02/11/2026", "deal.rate": "1~234,50", "deal.price": "1~234~567,50~EUR", "deal.fee": "−1~234,50~CHF", "deal.hours": "12~345,125", "document.date": "22~novembre~2026"},
		"en": {"deal.due": "02/11/2026", "deal.rate": "1,234.50", "deal.price": "EUR~1,234,567.50", "deal.fee": "CHF~−1,234.50", "deal.hours": "12,345.125", "document.date": "22~November~2026"},
		"it": {"deal.due": "02/11/2026", "deal.rate": "1.234,50", "deal.price": "1.234.567,50~EUR", "deal.fee": "−1.234,50~CHF", "deal.hours": "12.345,125", "document.date": "22~novembre~2026"},
	} {
		for name, value := range common {
			want[name] = value
		}
		got, err := contract().Show(language, values)
		if err != nil {
			t.Fatalf("%s: %v", language, err)
		}
		for name, value := range got {
			got[name] = strings.ReplaceAll(value, "\u00a0", "~")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", language, diff)
		}
	}
}

func TestFirstDayOfMonth(t *testing.T) {
	for language, want := range map[string]string{
		"de": "1. März 2026", "fr": "1er mars 2026", "en": "1 March 2026", "it": "1º marzo 2026",
	} {
		got, err := contract().Show(language, Values{"deal.name": "x", "document.date": "2026-03-01"})
		if err != nil {
			t.Fatal(err)
		}
		if date := strings.ReplaceAll(got["document.date"], "\u00a0", " "); date != want {
			t.Errorf("%s: %q, want %q", language, date, want)
		}
	}
}

func TestShowRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		variable, value string
		want            Fault
	}{
		"missing":              {"deal.name", "", FaultMissing},
		"blank":                {"deal.name", " \u00a0 ", FaultMissing},
		"too long":             {"deal.name", strings.Repeat("ä", 41), FaultTooLong},
		"huge":                 {"deal.name", strings.Repeat("a", 1<<20), FaultTooLong},
		"line break":           {"deal.name", "a\n## b", FaultForbidden},
		"carriage return":      {"deal.name", "a\rb", FaultForbidden},
		"tab":                  {"deal.name", "a\tb", FaultForbidden},
		"nul":                  {"deal.name", "a\x00b", FaultForbidden},
		"line separator":       {"deal.name", "a\u2028b", FaultForbidden},
		"bidi override":        {"deal.name", "a\u202eb", FaultForbidden},
		"bidi isolate":         {"deal.name", "a\u2066b", FaultForbidden},
		"zero width space":     {"deal.name", "a\u200bb", FaultForbidden},
		"soft hyphen":          {"deal.name", "a\u00adb", FaultForbidden},
		"byte order mark":      {"deal.name", "\ufeffab", FaultForbidden},
		"variation selector":   {"deal.name", "a\ufe0fb", FaultForbidden},
		"tag character":        {"deal.name", "a\U000e0041b", FaultForbidden},
		"hangul filler":        {"deal.name", "a\u3164b", FaultForbidden},
		"private use":          {"deal.name", "a\ue000b", FaultForbidden},
		"noncharacter":         {"deal.name", "a\ufffeb", FaultForbidden},
		"pile of marks":        {"deal.name", "a" + strings.Repeat("\u0301", 5), FaultForbidden},
		"not UTF-8":            {"deal.name", "a\xffb", FaultForbidden},
		"date in words":        {"document.date", "22. November 2026", FaultMalformed},
		"date off calendar":    {"document.date", "2026-02-30", FaultMalformed},
		"date off range":       {"document.date", "9999-01-01", FaultMalformed},
		"other currency":       {"deal.price", "10.00 CHF", FaultMalformed},
		"no currency":          {"deal.fee", "10.00", FaultMalformed},
		"currency in lower":    {"deal.fee", "10.00 eur", FaultMalformed},
		"comma":                {"deal.price", "10,00", FaultMalformed},
		"one decimal":          {"deal.price", "10.5", FaultMalformed},
		"three decimals":       {"deal.price", "10.123", FaultMalformed},
		"exponent":             {"deal.price", "1e9", FaultMalformed},
		"foreign digits":       {"deal.price", "١٢.00", FaultMalformed},
		"number with grouping": {"deal.hours", "1'000", FaultMalformed},
		"number without digit": {"deal.hours", ".5", FaultMalformed},
		"no at sign":           {"contact.email", "example.com", FaultMalformed},
		"named address":        {"contact.email", "A <a@example.com>", FaultMalformed},
		"two addresses":        {"contact.email", "a@example.com, b@example.com", FaultMalformed},
		"thirteen lines":       {"client.address", strings.Repeat("a\n", 13), FaultTooLong},
		"long lines":           {"client.address", strings.Repeat("a\n", 201), FaultTooLong},
		"return in lines":      {"client.address", "a\r\nb", FaultForbidden},
		"separator in lines":   {"client.address", "a\u2029b", FaultForbidden},
		"bidi in lines":        {"client.address", "a\nb\u202ec", FaultForbidden},
		"tab in lines":         {"client.address", "a\n\tb", FaultForbidden},
		"no choice":            {"deal.term", "week", FaultMalformed},
		"near choice":          {"deal.term", "Year", FaultMalformed},
		"label of a choice":    {"deal.term", "monatlich", FaultTooLong},
		"boolean word":         {"deal.travel", "ja", FaultMalformed},
		"boolean in capitals":  {"deal.travel", "True", FaultMalformed},
		"boolean digit":        {"deal.travel", "1", FaultMalformed},
		"short date as shown":  {"deal.due", "02.11.2026", FaultMalformed},
		"decimals to round":    {"deal.rate", "1.005", FaultMalformed},
		"decimals to drop":     {"deal.days", "1.5", FaultMalformed},
		"unknown":              {"deal.colour", "red", FaultUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			values := Values{"deal.name": "x"}
			values[test.variable] = test.value
			_, err := contract().Show("de", values)
			var refused *ValuesError
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want a *ValuesError", err)
			}
			want := []Problem{{Variable: test.variable, Fault: test.want}}
			if diff := cmp.Diff(want, refused.Problems); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestErrorsNameVariablesAndNeverValues(t *testing.T) {
	_, err := contract().Show("de", Values{
		"deal.price": "Secret Person", "contact.email": "secret.person@", "Secret Person\n": "x", "document.date": "secret",
	})
	if err == nil || strings.Contains(strings.ToLower(err.Error()), "secret") {
		t.Fatalf("got %v, want an error without the value", err)
	}
	want := `values refused: "" unknown variable, "contact.email" malformed, "deal.name" missing, "deal.price" malformed, "document.date" malformed`
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}

func TestShowKeepsMarksThatLanguagesNeed(t *testing.T) {
	const name = "Nguye\u0302\u0303n \u00e9\u0328\u0301"
	got, err := contract().Show("de", Values{"deal.name": name})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"deal.name": name}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("optional variables must be absent (-want +got):\n%s", diff)
	}
}

func TestShowUnknownLanguage(t *testing.T) {
	for asked, named := range map[string]string{"es": "es", "": "", "../../etc": "", "de\n": ""} {
		_, err := contract().Show(asked, nil)
		var unknown *LanguageError
		if !errors.As(err, &unknown) || unknown.Language != named {
			t.Errorf("%q: got %v, want a *LanguageError naming %q", asked, err, named)
		}
	}
}

func TestChoicesAndBooleansAreWords(t *testing.T) {
	for language, want := range map[string][4]string{
		"de": {"monatlich", "year", "ja", "nein"}, "fr": {"mensuel", "year", "oui", "non"},
		"en": {"month", "year", "yes", "no"}, "it": {"month", "year", "sì", "no"},
	} {
		var got [4]string
		for i, value := range []string{"month", "year", "true", "false"} {
			name := []string{"deal.term", "deal.term", "deal.travel", "deal.travel"}[i]
			shown, err := contract().Show(language, Values{"deal.name": "x", name: value})
			if err != nil {
				t.Fatal(err)
			}
			got[i] = shown[name]
		}
		if got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}

func TestPlaceholdersStandForMissingRequiredValuesOnly(t *testing.T) {
	c := contract()
	c.Variables[1].Required = true
	c.Variables[1].Labels = map[string]string{"de": "Preis"}
	for language, price := range map[string]string{"de": "[Preis]", "en": "[deal.price]"} {
		got, err := c.ShowPlaceholders(language, Values{"deal.name": " ", "deal.hours": "2"})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"deal.name": "[deal.name]", "deal.price": price, "deal.hours": "2"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", language, diff)
		}
	}
	_, err := c.ShowPlaceholders("de", Values{"deal.price": "much", "deal.colour": "red"})
	var refused *ValuesError
	if !errors.As(err, &refused) || len(refused.Problems) != 2 {
		t.Errorf("got %v, want both bad values refused", err)
	}
}

// TestValuesHash holds the digest of the contract's text, made with `printf 'a=x=y\na.b=1\n' | sha256sum`.
func TestValuesHash(t *testing.T) {
	got := ValuesHash(Values{"a": "x=y", "a.b": "1"})
	if want := "db0b9c54b96d534289faa7c6f3de1a62b277717c256046df220322600aa0b4f0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if ValuesHash(Values{"a": "x\nb=y"}) == ValuesHash(Values{"a": "x", "b": "y"}) {
		t.Error("a value of two lines passes for two values")
	}
	if ValuesHash(Values{"a": "x\ny"}) == ValuesHash(Values{"a": `x\ny`}) {
		t.Error("a line feed passes for the letters it is written with")
	}
	if got := ValuesHash(nil); got != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Errorf("no values: %s", got)
	}
}

func FuzzShow(f *testing.F) {
	for _, seed := range []string{"", "x", "2026-11-22", "1234.50 EUR", "-0.10", "a@b.ch", "a\u202eb", "e\u0301\u0301\u0301\u0301\u0301", "\xff",
		"a\n## b", "a\r\nb", "month", "true", "1.50", "\n\n"} {
		f.Add(seed)
	}
	template := contract()
	f.Fuzz(func(t *testing.T, value string) {
		for _, v := range template.Variables {
			for _, language := range template.Languages() {
				text, fault := v.show(language, value)
				if fault != "" && text != "" {
					t.Fatalf("%s: both text and fault %s", v.Name, fault)
				}
				lines := strings.Split(text, "\n")
				if v.Type != TypeLines && len(lines) > 1 || len(lines) > MaxLines || text != "" && slices.Contains(lines, "") {
					t.Fatalf("%s: shows %d lines", v.Name, len(lines))
				}
				if !utf8.ValidString(text) || strings.ContainsFunc(strings.Join(lines, ""), Invisible) {
					t.Fatalf("%s: shows a forbidden character", v.Name)
				}
				if len(text) > 4*MaxValueLength {
					t.Fatalf("%s: shows %d bytes", v.Name, len(text))
				}
			}
		}
	})
}
