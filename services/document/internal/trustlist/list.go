package trustlist

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/xml"
	"slices"
	"strings"
	"time"
)

// list is what one verified list says.
type list struct {
	kind, territory string
	sequence        int
	issued          time.Time
	// until is the last instant that the list speaks for; of a closed list, which promises no next one, when it was issued.
	until    time.Time
	pointers []pointer
	services []*service
}

// pointer is what the list of lists says about a state's list.
type pointer struct {
	territory string
	signers   []*x509.Certificate
}

// service is a trust service with its history, the oldest first.
type service struct {
	periods []period
	list    *list
	// certificates are its digital identity. One that cannot be read, for its curve or its number, is not among them: no
	// path could lead to it.
	certificates []*x509.Certificate
}

// period is the time from one instant on, which belongs to it, to the next period.
type period struct {
	start      time.Time
	kind       string
	status     string
	extensions []xmlExtension
}

// parse reads the canonical form of a list.
func parse(content []byte) (*list, error) {
	var x xmlList
	if err := xml.Unmarshal(content, &x); err != nil {
		return nil, errMalformed
	}
	if v := x.Scheme.Version; v != 5 && v != 6 {
		return nil, errVersion
	}
	l := &list{
		kind: strings.TrimSpace(x.Scheme.Type), territory: strings.TrimSpace(x.Scheme.Territory), sequence: x.Scheme.Sequence,
	}
	var err error
	if l.issued, err = instant(x.Scheme.Issued); err != nil {
		return nil, err
	}
	l.until = l.issued
	if strings.TrimSpace(x.Scheme.NextUpdate) != "" {
		if l.until, err = instant(x.Scheme.NextUpdate); err != nil {
			return nil, err
		}
	}
	l.addPointers(x.Scheme.Pointers)
	for _, provider := range x.Providers {
		for _, one := range provider.Services {
			if err := l.addService(one); err != nil {
				return nil, err
			}
		}
	}
	return l, nil
}

// instant reads an xsd:dateTime with its time zone, which TS 119 612, 5.1.4 demands.
func instant(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, strings.TrimSpace(text))
	if err != nil {
		return t, errMalformed
	}
	return t.UTC(), nil
}

// addPointers keeps the pointers to lists in XML; those for people are PDF.
func (l *list) addPointers(pointers []xmlPointer) {
	for _, x := range pointers {
		var kind, mime string
		p := pointer{signers: certificates(x.Certificates)}
		for _, information := range x.Information {
			kind += strings.TrimSpace(information.Type)
			mime += strings.TrimSpace(information.MimeType)
			p.territory += strings.TrimSpace(information.Territory)
		}
		if kind == typeGeneric && mime == mimeTypeList && p.territory != "" {
			l.pointers = append(l.pointers, p)
		}
	}
}

// addService keeps services that issue qualified certificates or qualified timestamps now or did once.
func (l *list) addService(x xmlService) error {
	s := &service{list: l, certificates: certificates(x.Current.Certificates)}
	slices.Reverse(x.History) // the newest comes first in the file
	wanted := false
	for _, p := range append(x.History, x.Current) {
		start, err := instant(p.Start)
		if err != nil {
			return err
		}
		kind := strings.TrimSpace(p.Type)
		wanted = wanted || kind == serviceCA || kind == serviceTimestamp
		s.periods = append(s.periods, period{
			start: start, kind: kind, status: strings.TrimSpace(p.Status), extensions: p.Extensions,
		})
	}
	slices.SortStableFunc(s.periods, func(a, b period) int { return a.start.Compare(b.start) })
	if wanted && len(s.certificates) > 0 {
		l.services = append(l.services, s)
	}
	return nil
}

// at returns the period that a time is in; nil when the service had no status yet.
func (s *service) at(t time.Time) *period {
	for i := len(s.periods) - 1; i >= 0; i-- {
		if !t.Before(s.periods[i].start) {
			return &s.periods[i]
		}
	}
	return nil
}

// wasGranted says that the service was granted at some time.
func (s *service) wasGranted() bool {
	return slices.ContainsFunc(s.periods, func(p period) bool {
		return (p.kind == serviceCA || p.kind == serviceTimestamp) && granted(p.status, p.start)
	})
}

func certificates(encoded []string) []*x509.Certificate {
	var all []*x509.Certificate
	for _, text := range encoded {
		if c, err := x509.ParseCertificate(decode(text)); err == nil {
			all = append(all, c)
		}
	}
	return all
}

// identity is what makes two certificates those of one service: the subject's name and the key (TS 119 612, 5.5.3).
type identity [sha256.Size]byte

func identityOf(c *x509.Certificate) identity {
	key := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return sha256.Sum256(append(key[:], c.RawSubject...))
}
