package schema

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Bool is true or false.
func Bool() Rule {
	return func(path string, v any) []Invalid {
		if _, ok := v.(bool); !ok {
			return one(path, wrongType("bool"))
		}
		return nil
	}
}

// Int is a whole number from lo to hi, written without a fraction.
func Int(lo, hi int64) Rule {
	return func(path string, v any) []Invalid {
		n, ok := v.(json.Number)
		if !ok {
			return one(path, wrongType("int"))
		}
		i, err := strconv.ParseInt(n.String(), 10, 64)
		if err != nil {
			return one(path, wrongType("int"))
		}
		if i < lo || i > hi {
			return one(path, fmt.Sprintf("This value should be between %d and %d.", lo, hi))
		}
		return nil
	}
}

// Number is any number.
func Number() Rule {
	return func(path string, v any) []Invalid {
		if _, ok := v.(json.Number); !ok {
			return one(path, wrongType("number"))
		}
		return nil
	}
}

// Choice is one of the given whole numbers.
func Choice(values ...int64) Rule {
	return func(path string, v any) []Invalid {
		n, ok := v.(json.Number)
		if ok {
			i, err := strconv.ParseInt(n.String(), 10, 64)
			ok = err == nil && slices.Contains(values, i)
		}
		if !ok {
			return one(path, "The value you selected is not a valid choice.")
		}
		return nil
	}
}

// Text is a string of lo to hi characters.
func Text(lo, hi int) Rule {
	return text(func(s string) string {
		switch n := utf8.RuneCountInString(s); {
		case n < lo && n == 0:
			return Blank
		case n < lo:
			return fmt.Sprintf("This value is too short. It should have %d characters or more.", lo)
		case n > hi:
			return fmt.Sprintf("This value is too long. It should have %d characters or less.", hi)
		}
		return ""
	})
}

// Safe is a Text without HTML, links and e-mail addresses.
func Safe(lo, hi int) Rule {
	return without(lo, hi, `(?i)<[a-z/!]|https?://|www\.|[^\s@]+@[^\s@]+\.[^\s@]+`)
}

// SafeMail is a Safe in which the vendor allows e-mail addresses: what stands in a mail.
func SafeMail(lo, hi int) Rule { return without(lo, hi, `(?i)<[a-z/!]|https?://|www\.`) }

// without is a Text in which the expression finds nothing.
func without(lo, hi int, expression string) Rule {
	unsafe := regexp.MustCompile(expression)
	return both(Text(lo, hi), text(func(s string) string {
		if unsafe.MatchString(s) {
			return "This value contains forbidden content."
		}
		return ""
	}))
}

// Match is a string of at most hi characters that the whole expression matches.
func Match(hi int, expression string) Rule {
	re := regexp.MustCompile(`\A(?:` + expression + `)\z`)
	return both(Text(1, hi), text(func(s string) string {
		if !re.MatchString(s) {
			return invalid
		}
		return ""
	}))
}

// Name is a person's name of at most hi characters: the vendor admits a narrow set of Latin letters and no dot,
// comma or other script.
func Name(hi int) Rule {
	letters := "0-9A-Za-z\u00c0-\u00cf\u00d1-\u00d6\u00d8-\u00dd\u00df-\u00ef\u00f1-\u00f6\u00f8-\u00fd\u00ff-\u017f\u0218-\u021b`'()-"
	return Match(hi, "["+letters+"](?:[ "+letters+"]*["+letters+"])?")
}

// Enum is one of the given strings.
func Enum(values ...string) Rule {
	quoted := make([]string, 0, len(values))
	for _, v := range values {
		quoted = append(quoted, strconv.Quote(v))
	}
	reason := "Value must be in [" + strings.Join(quoted, ", ") + "]."
	return func(path string, v any) []Invalid {
		if s, ok := v.(string); !ok || !slices.Contains(values, s) {
			return one(path, reason)
		}
		return nil
	}
}

// UUID is an identifier in its canonical text form.
func UUID() Rule {
	re := regexp.MustCompile(`\A[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z`)
	return text(func(s string) string {
		if !re.MatchString(s) {
			return "This value is not a valid UUID."
		}
		return ""
	})
}

// Email is a bare address of at most 100 characters.
func Email() Rule {
	return both(Text(1, 100), text(func(s string) string {
		if a, err := mail.ParseAddress(s); err != nil || a.Address != s {
			return "This value is not a valid email address."
		}
		return ""
	}))
}

// Phone is a number in E.164 form.
func Phone() Rule {
	re := regexp.MustCompile(`\A\+[1-9][0-9]{6,14}\z`)
	return text(func(s string) string {
		if !re.MatchString(s) {
			return "This value is not a valid phone number."
		}
		return ""
	})
}

// Date is a calendar day, yyyy-mm-dd.
func Date() Rule {
	return text(func(s string) string {
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "This value is not a valid date."
		}
		return ""
	})
}

// URI is an absolute link with one of the schemes and at most hi characters.
func URI(hi int, schemes ...string) Rule {
	return both(Text(1, hi), text(func(s string) string {
		if u, err := url.Parse(s); err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
			return "This value is not a valid URL."
		}
		return ""
	}))
}

// Zone is a name of the time zone database.
func Zone() Rule {
	return text(func(s string) string {
		if _, err := time.LoadLocation(s); err != nil || s == "" || s == "Local" {
			return "This value is not a valid timezone."
		}
		return ""
	})
}

func text(reason func(string) string) Rule {
	return func(path string, v any) []Invalid {
		s, ok := v.(string)
		if !ok {
			return one(path, wrongType("string"))
		}
		if r := reason(s); r != "" {
			return one(path, r)
		}
		return nil
	}
}

func both(a, b Rule) Rule {
	return func(path string, v any) []Invalid {
		if bad := a(path, v); bad != nil {
			return bad
		}
		return b(path, v)
	}
}
