package vendorspec

import (
	"encoding/base64"
	"encoding/json"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// bounds holds a count against min and max of the keyword, such as "Items".
func (c *checker) bounds(schema node, keyword string, count int, at string) {
	if least, ok := whole(schema, "min"+keyword); ok && count < least {
		c.report(wrongValue, at, "%d %s, want %d at least", count, keyword, least)
	}
	if most, ok := whole(schema, "max"+keyword); ok && count > most {
		c.report(wrongValue, at, "%d %s, want %d at most", count, keyword, most)
	}
}

func whole(schema node, keyword string) (int, bool) {
	number, ok := schema.object[keyword].(json.Number)
	if !ok {
		return 0, false
	}
	value, err := number.Int64()
	return int(value), err == nil
}

func (c *checker) number(schema node, value json.Number, at string) {
	is, err := value.Float64()
	if err != nil {
		c.report(wrongValue, at, "%v", err)
	}
	least, _ := schema.object["minimum"].(json.Number)
	if bound, err := least.Float64(); err == nil && is < bound {
		c.report(wrongValue, at, "%v is less than %v", is, bound)
	}
	most, _ := schema.object["maximum"].(json.Number)
	if bound, err := most.Float64(); err == nil && is > bound {
		c.report(wrongValue, at, "%v is more than %v", is, bound)
	}
}

func (c *checker) text(schema node, value, at string) {
	c.bounds(schema, "Length", utf8.RuneCountInString(value), at)
	if pattern, ok := schema.object["pattern"].(string); ok {
		c.pattern(pattern, value, at)
	}
	format, ok := schema.object["format"].(string)
	if !ok {
		return
	}
	fits, known := formats()[format]
	switch {
	case !known:
		c.report(notSupported, at, "the format %q", format)
	case !fits(value):
		c.report(wrongValue, at, "it is no %s", format)
	}
}

// pattern looks around for white space by hand, which Go's expressions cannot.
func (c *checker) pattern(pattern, value, at string) {
	const first, last = `(?!\s)`, `(?<!\s)`
	if strings.Contains(pattern, first) && strings.TrimLeft(value, " \t\r\n") != value ||
		strings.Contains(pattern, last) && strings.TrimRight(value, " \t\r\n") != value {
		c.report(wrongValue, at, "white space at an end")
	}
	compiled, err := regexp.Compile(strings.NewReplacer(first, "", last, "").Replace(pattern))
	if err != nil {
		c.report(notSupported, at, "the pattern %q: %v", pattern, err)
		return
	}
	if !compiled.MatchString(value) {
		c.report(wrongValue, at, "it does not fit %s", pattern)
	}
}

// formats returns how each format is checked. An identifier need not have the version bits of a UUID: Skribble's have not.
func formats() map[string]func(string) bool {
	identifier := regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	markup := regexp.MustCompile(`<[a-zA-Z/!]|https?://`)
	anything := func(string) bool { return true }
	return map[string]func(string) bool{
		"uuid": identifier.MatchString,
		"date-time": func(s string) bool {
			_, err := time.Parse(time.RFC3339Nano, s)
			return err == nil
		},
		"date": func(s string) bool {
			_, err := time.Parse(time.DateOnly, s)
			return err == nil
		},
		"email": func(s string) bool {
			address, err := mail.ParseAddress(s)
			return err == nil && address.Address == s
		},
		"uri": func(s string) bool {
			parsed, err := url.Parse(s)
			return err == nil && parsed.IsAbs()
		},
		"byte": func(s string) bool {
			_, err := base64.StdEncoding.DecodeString(s)
			return err == nil
		},
		"ipv4": func(s string) bool { return net.ParseIP(s).To4() != nil },
		"ipv6": func(s string) bool { return net.ParseIP(s) != nil },
		// Yousign: no markup, no address of a page; that of a mailbox in some fields.
		"safe-string": func(s string) bool { return !markup.MatchString(s) },
		"ISO 639-1":   func(s string) bool { return len(s) == 2 },
		"binary":      anything,
	}
}

// fitsMedia tells whether a content type is one of those that a description lists, as one key or several in one.
func fitsMedia(described, media string) bool {
	return slices.ContainsFunc(strings.Split(described, ","), func(one string) bool {
		name, _, _ := strings.Cut(one, ";")
		name = strings.TrimSpace(name)
		return name == "*/*" || strings.EqualFold(name, media)
	})
}
