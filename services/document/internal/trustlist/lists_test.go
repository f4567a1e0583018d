package trustlist_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/trustlist"
	"github.com/countersign/countersign/services/document/internal/trustlist/trustlisttest"
)

func TestFolder(t *testing.T) {
	ca := issuer(t, "CA")
	path := certificates(person(t, ca), ca.Certificate)
	u := trustlisttest.NewUnion(t, now())
	u.Add(u.State("FR", trustlisttest.Granted(ca.Certificate, date(2017, 1))))
	u.Add(u.State("DE"))
	u.Put("switzerland.pem", []byte("Proves: QES-ZERTES\n"))
	u.Put("readme.txt", []byte("x"))
	l := load(t, u)
	if diff := cmp.Diff(trustlist.Counts{Lists: 2, Pointers: 2, Services: 1}, l.Counts()); diff != "" {
		t.Error(diff)
	}
	if len(l.Refused()) != 0 || string(l.Switzerland()) != "Proves: QES-ZERTES\n" || !l.Expires().Equal(u.Lists.NextUpdate) {
		t.Errorf("refused %v, expires %s", l.Refused(), l.Expires())
	}
	if s := l.Standing(path, now()); s.Signatures != proof.Yes {
		t.Errorf("standing %+v", s)
	}
}

// One bad list is named and left out; then an unknown issuer is an open question.
func TestBadStates(t *testing.T) {
	ca, other := issuer(t, "CA"), issuer(t, "Other")
	cases := map[string]struct {
		add  func(u *trustlisttest.Union)
		file string
		says string
	}{
		"not pointed to": {func(u *trustlisttest.Union) {
			by := trustlisttest.NewSigner(t)
			u.Put("xx.xml", trustlisttest.Recipe{By: by}.Sign(t, u.State("XX").XML()))
		}, "xx.xml", "no pointer"},
		"signed by somebody else": {func(u *trustlisttest.Union) {
			u.Pin("DE", trustlisttest.NewSigner(t))
			u.Put("de.xml", trustlisttest.Recipe{By: trustlisttest.NewSigner(t)}.Sign(t, u.State("DE").XML()))
		}, "de.xml", "signer"},
		"signed by another state": {func(u *trustlisttest.Union) {
			by := u.Add(u.State("IT"))
			u.Pin("DE", trustlisttest.NewSigner(t))
			u.Put("de.xml", trustlisttest.Recipe{By: by}.Sign(t, u.State("DE").XML()))
		}, "de.xml", "signer"},
		"signed by the list of lists' signer": {func(u *trustlisttest.Union) {
			u.Pin("DE", trustlisttest.NewSigner(t))
			u.Put("de.xml", trustlisttest.Recipe{By: u.Signer}.Sign(t, u.State("DE").XML()))
		}, "de.xml", "signer"},
		"of another type": {func(u *trustlisttest.Union) {
			l := u.State("DE")
			l.Kind = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/CClist"
			u.Add(l)
		}, "de.xml", "type or territory"},
		"of an old format": {func(u *trustlisttest.Union) {
			l := u.State("DE")
			l.Version = 4
			u.Add(l)
		}, "de.xml", "versions 5 and 6"},
		"without a date": {func(u *trustlisttest.Union) {
			by := trustlisttest.NewSigner(t)
			u.Pin("DE", by)
			list := regexp.MustCompile(`(<ListIssueDateTime>)[^<]*`).ReplaceAllString(u.State("DE").XML(), "${1}soon")
			u.Put("de.xml", trustlisttest.Recipe{By: by}.Sign(t, list))
		}, "de.xml", "well-formed"},
		"issued after its signer's end": {func(u *trustlisttest.Union) {
			l := u.State("DE")
			l.Issued, l.NextUpdate = date(2051, 1), date(2051, 6)
			u.Add(l)
		}, "de.xml", "signer's certificate was not valid"},
		"older": {func(u *trustlisttest.Union) {
			l := u.State("DE")
			l.Sequence = 7
			by := u.Add(l)
			l.Sequence = 6
			u.Put("a-de.xml", trustlisttest.Recipe{By: by}.Sign(t, l.XML()))
		}, "a-de.xml", "newer"},
		"no list": {func(u *trustlisttest.Union) {
			u.Pin("DE", trustlisttest.NewSigner(t))
			u.Put("de.xml", []byte("<html/>"))
		}, "de.xml", "well-formed"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			u := trustlisttest.NewUnion(t, now())
			u.Add(u.State("FR", trustlisttest.Granted(ca.Certificate, date(2017, 1))))
			c.add(u)
			l := load(t, u)
			if r := l.Refused(); len(r) != 1 || r[0].File != c.file || !strings.Contains(r[0].Reason, c.says) {
				t.Errorf("refused %v, want %s: %s", r, c.file, c.says)
			}
			if s := l.Standing(certificates(person(t, ca), ca.Certificate), now()); s.Signatures != proof.Yes {
				t.Errorf("the good list does not count: %+v", s)
			}
			unknown := l.Standing(certificates(person(t, other), other.Certificate), now())
			if complete := l.Counts().Lists == l.Counts().Pointers; complete != (unknown.Reason == proof.ServiceUnlisted) ||
				complete != (unknown.Granted == proof.No) {
				t.Errorf("%+v says of an unknown issuer %+v", l.Counts(), unknown)
			}
		})
	}
}

func TestBadListOfLists(t *testing.T) {
	stranger := trustlisttest.NewSigner(t)
	for name, c := range map[string]struct {
		spoil func(u *trustlisttest.Union)
		file  string
		says  string
	}{
		"no signers": {func(u *trustlisttest.Union) { u.Put("lotl-signers.pem", nil) }, "lotl-signers.pem", "Official Journal"},
		"broken signers": {func(u *trustlisttest.Union) {
			u.Put("lotl-signers.pem", []byte("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"))
		}, "lotl-signers.pem", "PEM"},
		"other signers":  {func(u *trustlisttest.Union) { u.Put("lotl-signers.pem", trustlisttest.PEM(stranger.Certificate)) }, "lotl.xml", "signer"},
		"a state's list": {func(u *trustlisttest.Union) { u.Put("lotl.xml", u.Files["fr.xml"].Data) }, "lotl.xml", "signer"},
		"a list by its signer": {func(u *trustlisttest.Union) {
			u.Put("lotl.xml", trustlisttest.Recipe{By: u.Signer}.Sign(t, u.State("EU").XML()))
		}, "lotl.xml", "not a list of lists"},
		"a changed byte": {func(u *trustlisttest.Union) {
			u.Folder()
			u.Put("lotl.xml", []byte(strings.Replace(string(u.Files["lotl.xml"].Data), ">FR<", ">XX<", 1)))
		}, "lotl.xml", "does not verify"},
		"no XML": {func(u *trustlisttest.Union) { u.Put("lotl.xml", []byte("x")) }, "lotl.xml", "well-formed"},
		"a pivot": {func(u *trustlisttest.Union) {
			u.Put("pivot.xml", trustlisttest.Recipe{By: u.Signer}.Sign(t, u.Lists.XML()))
		}, "pivot.xml", "pivots are not supported"},
		"issued before its signer": {func(u *trustlisttest.Union) { u.Lists.Issued = date(2009, 1) }, "lotl.xml", "signer's certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			u := trustlisttest.NewUnion(t, now())
			u.Add(u.State("FR"))
			c.spoil(u)
			l, err := trustlist.Load(u.Folder())
			var named trustlist.Error
			if l != nil || !errors.As(err, &named) || named.File != c.file || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want %s: %s", err, c.file, c.says)
			}
		})
	}
	signers := fstest.MapFS{"lotl-signers.pem": &fstest.MapFile{Data: trustlisttest.PEM(stranger.Certificate)}}
	for name, folder := range map[string]fstest.MapFS{"an empty folder": {}, "signers alone": signers} {
		if _, err := trustlist.Load(folder); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// The list of lists may have any name; its signers may be several.
func TestListOfListsByType(t *testing.T) {
	u := trustlisttest.NewUnion(t, now())
	u.Add(u.State("FR"))
	folder := u.Folder()
	folder["eu-lotl.xml"] = folder["lotl.xml"]
	delete(folder, "lotl.xml")
	u.Put("lotl-signers.pem", append(trustlisttest.PEM(trustlisttest.NewSigner(t).Certificate), u.Files["lotl-signers.pem"].Data...))
	if l, err := trustlist.Load(folder); err != nil || l.Counts().Lists != 1 {
		t.Errorf("error %v", err)
	}
}

// Only pointers to lists in XML pin anybody.
func TestPointers(t *testing.T) {
	for name, change := range map[string]func(*trustlisttest.Pointer){
		"to a PDF":           func(p *trustlisttest.Pointer) { p.MIMEType = "application/pdf" },
		"to a list of lists": func(p *trustlisttest.Pointer) { p.Kind = trustlisttest.ListOfLists },
		"without signers":    func(p *trustlisttest.Pointer) { p.Signers = nil },
		"of broken signers":  func(p *trustlisttest.Pointer) { p.Signers = []*x509.Certificate{{Raw: []byte{1}}} },
	} {
		u := trustlisttest.NewUnion(t, now())
		u.Add(u.State("FR"))
		change(&u.Lists.Pointers[0])
		if l := load(t, u); l.Counts().Lists != 0 || len(l.Refused()) != 1 {
			t.Errorf("%s: %+v", name, l.Counts())
		}
	}
	u := trustlisttest.NewUnion(t, now())
	u.Add(u.State("FR"))
	u.Pin("FR", trustlisttest.NewSigner(t)) // another key of the same state
	if l := load(t, u); l.Counts().Lists != 1 || l.Counts().Pointers != 1 {
		t.Errorf("%+v", l.Counts())
	}
}

// What speaks for a time is what is current then, all the way up; a closed list speaks until it was closed.
func TestExpiry(t *testing.T) {
	ca := issuer(t, "CA")
	path := certificates(person(t, ca), ca.Certificate)
	for name, change := range map[string]func(*trustlisttest.Union, *trustlisttest.List){
		"the state's list":  func(_ *trustlisttest.Union, l *trustlisttest.List) { l.NextUpdate = date(2026, 10) },
		"the list of lists": func(u *trustlisttest.Union, _ *trustlisttest.List) { u.Lists.NextUpdate = date(2026, 10) },
		"a closed list": func(_ *trustlisttest.Union, l *trustlisttest.List) {
			l.Issued, l.NextUpdate = date(2026, 10), time.Time{}
		},
	} {
		t.Run(name, func(t *testing.T) {
			u := trustlisttest.NewUnion(t, now())
			list := u.State("FR", trustlisttest.Granted(ca.Certificate, date(2017, 1)))
			change(u, &list)
			u.Add(list)
			l := load(t, u)
			if s := l.Standing(path, date(2026, 10)); s.Granted != proof.Yes {
				t.Errorf("before: %+v", s)
			}
			if s := l.Standing(path, now()); s.Granted != proof.Open || s.Reason != proof.ListExpired {
				t.Errorf("after: %+v", s)
			}
			if !l.Expires().Equal(date(2026, 10)) {
				t.Errorf("expires %s", l.Expires())
			}
		})
	}
}

// The snapshot depends on the lists that are used and on nothing else.
func TestSnapshot(t *testing.T) {
	u := trustlisttest.NewUnion(t, now())
	u.Add(u.State("FR"))
	first := load(t, u).Snapshot()
	if !regexp.MustCompile(`^sha256:[0-9a-f]{64}$`).MatchString(first) {
		t.Fatal(first)
	}
	u.Put("refused.xml", []byte("<x/>"))
	u.Put("switzerland.pem", []byte("x"))
	if again := load(t, u).Snapshot(); again != first {
		t.Errorf("%s became %s", first, again)
	}
	u.Put("fr.xml", append(u.Files["fr.xml"].Data, '\n'))
	second := load(t, u).Snapshot()
	u.Put("france.xml", u.Files["fr.xml"].Data)
	delete(u.Files, "fr.xml")
	third := load(t, u).Snapshot()
	if first == second || second == third || first == third {
		t.Errorf("%s, %s, %s", first, second, third)
	}
}

// A service whose certificate Go cannot read is none that a path could lead to.
func TestUnreadableIdentity(t *testing.T) {
	ca := issuer(t, "CA")
	service := trustlisttest.Granted(ca.Certificate, date(2017, 1))
	service.Certificates = certificates(&x509.Certificate{Raw: []byte("x")}, ca.Certificate, ca.Certificate)
	l := loaded(t, service, trustlisttest.Granted(&x509.Certificate{Raw: []byte("y")}, date(2017, 1)))
	if l.Counts().Services != 1 || len(l.Anchors()) != 1 {
		t.Errorf("%+v, %d anchors", l.Counts(), len(l.Anchors()))
	}
}

// large is a union whose one state has 200 services with a history of two.
func large(tb testing.TB) *trustlisttest.Union {
	tb.Helper()
	var services []trustlisttest.Service
	for i := range 200 {
		services = append(services, trustlisttest.Service{
			Certificates: certificates(issuer(tb, fmt.Sprint("CA ", i)).Certificate),
			Current:      period("granted", date(2016, 7)),
			History:      []trustlisttest.Period{period("accredited", date(2012, 1)), period("undersupervision", date(2010, 1))},
		})
	}
	u := trustlisttest.NewUnion(tb, now())
	u.Add(u.State("FR", services...))
	u.Folder()
	return u
}

// goxmldsig alone gives up on lists with more than 1000 elements.
func TestManyServices(t *testing.T) {
	if n := load(t, large(t)).Counts().Services; n != 200 {
		t.Errorf("%d services", n)
	}
}

func BenchmarkLoad(b *testing.B) {
	u := large(b)
	b.SetBytes(int64(len(u.Files["fr.xml"].Data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := trustlist.Load(u.Files); err != nil {
			b.Fatal(err)
		}
	}
}
