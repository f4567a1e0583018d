package archive

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// value is what a parameter of the archive's URL takes.
type value int

const (
	text value = iota
	truth
	server
	protocol
	checksums
)

// refuse says what the value should be; "" means that it is.
func (v value) refuse(given string) string {
	switch v {
	case truth:
		if _, err := strconv.ParseBool(given); err != nil {
			return "true or false"
		}
	case server:
		u, err := url.Parse(given)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return "a URL such as https://s3.example.com"
		}
	case protocol:
		if given != "http" && given != "https" {
			return "http or https"
		}
	case checksums:
		if given != "when_required" && given != "when_supported" {
			return "when_required or when_supported"
		}
	}
	return ""
}

// check holds the URL's parameters against those of its kind: the drivers tell some mistakes only at the first call.
func (p place) check(u *url.URL) error {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("the parameters of the archive's URL cannot be read")
	}
	if len(query) > 0 && len(p.parameters) == 0 {
		return errors.New("file:///FOLDER takes no parameters")
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		takes, known := p.parameters[name]
		if !known || len(query[name]) > 1 || query[name][0] == "" {
			return fmt.Errorf("parameter %q of the archive's URL: %s takes, at most once each: %s",
				name, u.Scheme, strings.Join(slices.Sorted(maps.Keys(p.parameters)), ", "))
		}
		if want := takes.refuse(query[name][0]); want != "" {
			return fmt.Errorf("parameter %q of the archive's URL: want %s", name, want)
		}
	}
	return nil
}
