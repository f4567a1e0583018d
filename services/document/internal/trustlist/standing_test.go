package trustlist_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/trustlist"
	"github.com/countersign/countersign/services/document/internal/trustlist/trustlisttest"
)

func date(year int, month time.Month) time.Time {
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
}

// now is when the lists under test are read; they were issued a month before and end five months after.
func now() time.Time { return date(2026, time.November) }

// issuer makes a certificate authority.
func issuer(tb testing.TB, name string) trustlisttest.Signer {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return trustlisttest.Signer{Key: key, Certificate: trustlisttest.Certify(tb, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, key, nil)}
}

// person has an authority issue a certificate for signatures under policy 1.2.3.
func person(tb testing.TB, by trustlisttest.Signer) *x509.Certificate {
	tb.Helper()
	policies, err := asn1.Marshal([][]asn1.ObjectIdentifier{{{1, 2, 3}}})
	if err != nil {
		tb.Fatal(err)
	}
	return trustlisttest.Certify(tb, &x509.Certificate{
		Subject: pkix.Name{CommonName: "Anna"}, KeyUsage: x509.KeyUsageContentCommitment,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 32}, Value: policies}},
	}, trustlisttest.NewSigner(tb).Key, &by)
}

// loaded is the union with one state that lists the services.
func loaded(tb testing.TB, services ...trustlisttest.Service) *trustlist.Lists {
	tb.Helper()
	u := trustlisttest.NewUnion(tb, now())
	u.Add(u.State("FR", services...))
	return load(tb, u)
}

func load(tb testing.TB, u *trustlisttest.Union) *trustlist.Lists {
	tb.Helper()
	l, err := trustlist.Load(u.Folder())
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

// period is a CA/QC service for signatures in a status since a time.
func period(status string, since time.Time) trustlisttest.Period {
	return trustlisttest.Period{Kind: trustlisttest.CA, Status: trustlisttest.Status + status, Start: since,
		Extensions: trustlisttest.Additional("ForeSignatures")}
}

func certificates(c ...*x509.Certificate) []*x509.Certificate { return c }

func TestHistory(t *testing.T) {
	ca := issuer(t, "CA")
	path := certificates(person(t, ca), ca.Certificate)
	withdrawn, renewed := date(2020, 3), date(2022, 5)
	l := loaded(t, trustlisttest.Service{
		Certificates: certificates(ca.Certificate), Current: period("granted", renewed),
		History: []trustlisttest.Period{ // the newest first
			period("withdrawn", withdrawn), period("granted", date(2016, 7)), period("undersupervision", date(2012, 1)),
		},
	})
	end := now().AddDate(0, 5, 0)
	cases := []struct {
		name    string
		at      time.Time
		granted proof.Answer
		service string
		reason  string
	}{
		{"before it was listed", date(2012, 1).Add(-time.Nanosecond), proof.No, "CA/QC not yet", proof.ServiceNotGranted},
		{"the first instant", date(2012, 1), proof.Yes, "CA/QC undersupervision", proof.ServiceGranted},
		{"before the regulation", date(2016, 7).Add(-time.Nanosecond), proof.Yes, "CA/QC undersupervision", proof.ServiceGranted},
		{"granted", date(2016, 7), proof.Yes, "CA/QC granted", proof.ServiceGranted},
		{"the last instant", withdrawn.Add(-time.Nanosecond), proof.Yes, "CA/QC granted", proof.ServiceGranted},
		{"withdrawn", withdrawn, proof.No, "CA/QC withdrawn", proof.ServiceNotGranted},
		{"granted again", renewed, proof.Yes, "CA/QC granted", proof.ServiceGranted},
		{"until the next update", end, proof.Yes, "CA/QC granted", proof.ServiceGranted},
		{"after it", end.Add(time.Nanosecond), proof.Open, "CA/QC, the list has expired", proof.ListExpired},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := l.Standing(path, c.at)
			if s.Granted != c.granted || s.Service != c.service || s.Reason != c.reason {
				t.Errorf("standing %+v, want %+v", s, c)
			}
		})
	}
}

// Of two statuses since the same instant the newer one counts: it comes first in a history, and the current one is newest.
func TestTwoStatusesAtOnce(t *testing.T) {
	ca := issuer(t, "CA")
	path := certificates(person(t, ca), ca.Certificate)
	l := loaded(t, trustlisttest.Service{
		Certificates: certificates(ca.Certificate), Current: period("granted", date(2022, 1)),
		History: []trustlisttest.Period{
			period("withdrawn", date(2022, 1)), period("withdrawn", date(2018, 1)), period("granted", date(2018, 1)),
		},
	})
	if early, late := l.Standing(path, date(2018, 1)), l.Standing(path, date(2022, 1)); early.Granted != proof.No || late.Granted != proof.Yes {
		t.Errorf("%+v, %+v", early, late)
	}
}

func TestStatuses(t *testing.T) {
	ca := issuer(t, "CA")
	path := certificates(person(t, ca), ca.Certificate)
	before, after := date(2016, 1), date(2017, 1)
	for _, c := range []struct {
		status        string
		before, after proof.Answer
	}{
		{"granted", proof.Yes, proof.Yes},
		{"accredited", proof.Yes, proof.No},
		{"undersupervision", proof.Yes, proof.No},
		{"supervisionincessation", proof.Yes, proof.No},
		{"supervisionceased", proof.No, proof.No},
		{"accreditationrevoked", proof.No, proof.No},
		{"withdrawn", proof.No, proof.No},
		{"recognisedatnationallevel", proof.No, proof.No},
		{"Granted", proof.No, proof.No},
	} {
		l := loaded(t, trustlisttest.Service{Certificates: certificates(ca.Certificate), Current: period(c.status, date(2013, 1))})
		if got := l.Standing(path, before).Granted; got != c.before {
			t.Errorf("%s before the regulation: %d, want %d", c.status, got, c.before)
		}
		if got := l.Standing(path, after).Granted; got != c.after {
			t.Errorf("%s since the regulation: %d, want %d", c.status, got, c.after)
		}
	}
}

func TestWhatTheListSaysOfACertificate(t *testing.T) {
	const (
		policy  = `<q:CriteriaList assert="%"><q:PolicySet><q:PolicyIdentifier><x:Identifier xmlns:x="urn:x" Qualifier="OIDAsURN">urn:oid:1.2.3</x:Identifier></q:PolicyIdentifier></q:PolicySet></q:CriteriaList>`
		usage   = `<q:KeyUsage><q:KeyUsageBit name="nonRepudiation">true</q:KeyUsageBit><q:KeyUsageBit name="keyAgreement">0</q:KeyUsageBit></q:KeyUsage>`
		unused  = `<q:KeyUsage><q:KeyUsageBit name="digitalSignature">true</q:KeyUsageBit></q:KeyUsage>`
		unknown = `<q:otherCriteriaList><x:ExtendedKeyUsage xmlns:x="urn:x"/></q:otherCriteriaList>`
	)
	list := func(assert string, criteria ...string) string {
		all := ""
		for _, c := range criteria {
			all += c
		}
		return `<q:CriteriaList assert="` + assert + `"><q:Description>x</q:Description>` + all + `</q:CriteriaList>`
	}
	has, hasNot := list("all", usage), list("all", unused)
	q, signs := trustlisttest.Qualified, trustlisttest.Additional("ForeSignatures")
	ca := issuer(t, "CA")
	path := certificates(person(t, ca), ca.Certificate)
	cases := []struct {
		name, extensions   string
		signatures, device proof.Answer
	}{
		{"for signatures", signs, proof.Yes, proof.Open},
		{"for both", signs + trustlisttest.Additional("ForeSeals"), proof.Yes, proof.Open},
		{"for seals", trustlisttest.Additional("ForeSeals"), proof.No, proof.Open},
		{"for nothing", "", proof.No, proof.Open},
		{"not qualified", signs + q(has, "NotQualified"), proof.No, proof.Open},
		{"not qualified, other certificates", signs + q(hasNot, "NotQualified"), proof.Yes, proof.Open},
		{"for seals says the qualifier", signs + q(has, "QCForESeal"), proof.No, proof.Open},
		{"for legal persons", signs + q(has, "QCForLegalPerson"), proof.No, proof.Open},
		{"for seals and signatures", signs + q(has, "QCForESeal", "QCForESig"), proof.Open, proof.Open},
		{"for signatures says the qualifier", q(has, "QCStatement", "QCForESig"), proof.Yes, proof.Open},
		{"with a device", signs + q(has, "QCWithQSCD"), proof.Yes, proof.Yes},
		{"with an old device", signs + q(has, "QCWithSSCD"), proof.Yes, proof.Open},
		{"device and as in the certificate", signs + q(has, "QCWithQSCD", "QCQSCDStatusAsInCert"), proof.Open, proof.Open},
		{"with a device of others", signs + q(hasNot, "QCWithQSCD"), proof.Yes, proof.Open},
		{"without a device", signs + q(has, "QCNoQSCD"), proof.Yes, proof.No},
		{"device as in the certificate", signs + q(has, "QCQSCDStatusAsInCert"), proof.Yes, proof.Open},
		{"with and without a device", signs + q(has, "QCNoQSCD", "QCWithQSCD"), proof.Open, proof.Open},
		{"unknown qualifier", signs + q(has, "QCForEverything"), proof.Open, proof.Open},
		{"unknown qualifier of others", signs + q(hasNot, "QCForEverything"), proof.Yes, proof.Open},
		{"no criteria", signs + q("", "QCWithQSCD"), proof.Open, proof.Open},
		{"empty criteria", signs + q(list("all"), "QCWithQSCD"), proof.Open, proof.Open},
		{"empty usage", signs + q(list("all", "<q:KeyUsage/>"), "QCWithQSCD"), proof.Open, proof.Open},
		{"unknown criterion", signs + q(list("all", unknown), "QCWithQSCD"), proof.Open, proof.Open},
		{"unknown but another decides", signs + q(list("all", unknown, unused), "NotQualified"), proof.Yes, proof.Open},
		{"unknown and met", signs + q(list("all", unknown, usage), "NotQualified"), proof.Open, proof.Open},
		{"one of", signs + q(list("atLeastOne", unused, usage), "QCWithQSCD"), proof.Yes, proof.Yes},
		{"one of, unknown too", signs + q(list("atLeastOne", unknown, usage), "QCWithQSCD"), proof.Yes, proof.Yes},
		{"none of them met", signs + q(list("atLeastOne", unused, unused), "QCWithQSCD"), proof.Yes, proof.Open},
		{"none", signs + q(list("none", unused), "QCWithQSCD"), proof.Yes, proof.Yes},
		{"none, but one is", signs + q(list("none", unused, usage), "QCWithQSCD"), proof.Yes, proof.Open},
		{"unknown assertion", signs + q(list("most", usage), "QCWithQSCD"), proof.Open, proof.Open},
		{"policy", signs + q(replace(policy, "%", "all"), "QCWithQSCD"), proof.Yes, proof.Yes},
		{"other policy", signs + q(replace(policy, "%", "all", "1.2.3", "1.2.4"), "QCWithQSCD"), proof.Yes, proof.Open},
		{"nested", signs + q(list("all", usage, list("none", unused)), "QCWithQSCD"), proof.Yes, proof.Yes},
		{"nested, not met", signs + q(list("all", usage, hasNot), "QCWithQSCD"), proof.Yes, proof.Open},
		{"unknown bit", signs + q(list("all", `<q:KeyUsage><q:KeyUsageBit name="x">true</q:KeyUsageBit></q:KeyUsage>`), "QCWithQSCD"), proof.Open, proof.Open},
		{"unknown critical extension", signs + `<Extension Critical="true"><x/></Extension>`, proof.Open, proof.Open},
		{"unknown extension, critical or not", signs + `<Extension Critical="maybe"><x/></Extension>`, proof.Open, proof.Open},
		{"unknown extension", signs + `<Extension Critical="false"><x/></Extension>`, proof.Yes, proof.Open},
		{"taken over", signs + `<Extension Critical="true"><TakenOverBy/></Extension>`, proof.Yes, proof.Open},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			service := trustlisttest.Granted(ca.Certificate, date(2017, 1))
			service.Current.Extensions = c.extensions
			s := loaded(t, service).Standing(path, now())
			if s.Granted != proof.Yes || s.Signatures != c.signatures || s.Device != c.device {
				t.Errorf("standing %+v, want signatures %d and device %d", s, c.signatures, c.device)
			}
			if (s.Reason == proof.ServiceGranted) != (s.Signatures == proof.Yes) {
				t.Errorf("reason %s", s.Reason)
			}
		})
	}
}

// Before the regulation services said nothing of seals, and devices were called otherwise.
func TestBeforeTheRegulation(t *testing.T) {
	ca := issuer(t, "CA")
	path := certificates(person(t, ca), ca.Certificate)
	old := trustlisttest.Granted(ca.Certificate, date(2014, 1))
	old.Current.Extensions = trustlisttest.Qualified(
		`<q:CriteriaList assert="all"><q:KeyUsage><q:KeyUsageBit name="nonRepudiation">1</q:KeyUsageBit></q:KeyUsage></q:CriteriaList>`, "QCWithSSCD")
	l := loaded(t, old)
	if s := l.Standing(path, date(2016, 7).Add(-time.Second)); s.Signatures != proof.Yes || s.Device != proof.Yes {
		t.Errorf("before: %+v", s)
	}
	if s := l.Standing(path, date(2016, 7)); s.Signatures != proof.No || s.Device != proof.Open {
		t.Errorf("since: %+v", s)
	}
}

func TestWhoseServiceItIs(t *testing.T) {
	root, ca := issuer(t, "Root"), issuer(t, "CA")
	same := trustlisttest.Certify(t, &x509.Certificate{Subject: ca.Certificate.Subject, IsCA: true, BasicConstraintsValid: true}, ca.Key, &root)
	renamed := trustlisttest.Certify(t, &x509.Certificate{Subject: pkix.Name{CommonName: "Other"}, IsCA: true, BasicConstraintsValid: true}, ca.Key, &root)
	leaf := person(t, ca)
	granted := trustlisttest.Granted(ca.Certificate, date(2017, 1))
	withdrawn := trustlisttest.Service{Certificates: certificates(ca.Certificate), Current: period("withdrawn", date(2018, 1))}
	ofRoot := trustlisttest.Granted(root.Certificate, date(2017, 1))
	seals := trustlisttest.Granted(ca.Certificate, date(2017, 1))
	seals.Current.Extensions = trustlisttest.Additional("ForeSeals")
	stamps := trustlisttest.Granted(ca.Certificate, date(2017, 1))
	stamps.Current.Kind = trustlisttest.TSA
	cases := []struct {
		name     string
		services []trustlisttest.Service
		path     []*x509.Certificate
		granted  proof.Answer
		reason   string
	}{
		{"its certificate", []trustlisttest.Service{granted}, certificates(leaf, ca.Certificate), proof.Yes, proof.ServiceGranted},
		{"another certificate of its key and name", []trustlisttest.Service{granted}, certificates(leaf, same, root.Certificate), proof.Yes, proof.ServiceGranted},
		{"its key under another name", []trustlisttest.Service{granted}, certificates(leaf, renamed), proof.No, proof.ServiceUnlisted},
		{"above the issuer", []trustlisttest.Service{ofRoot}, certificates(leaf, same, root.Certificate), proof.Yes, proof.ServiceGranted},
		{"the nearer one decides", []trustlisttest.Service{ofRoot, withdrawn}, certificates(leaf, same, root.Certificate), proof.No, proof.ServiceNotGranted},
		{"its own certificate signs", []trustlisttest.Service{granted}, certificates(ca.Certificate), proof.No, proof.ServiceUnlisted},
		{"nobody", []trustlisttest.Service{granted}, nil, proof.No, proof.ServiceUnlisted},
		{"in other hands", []trustlisttest.Service{withdrawn, granted}, certificates(leaf, ca.Certificate), proof.Yes, proof.ServiceGranted},
		{"two that contradict", []trustlisttest.Service{seals, granted}, certificates(leaf, ca.Certificate), proof.Yes, proof.ListsContradict},
		{"of timestamps", []trustlisttest.Service{stamps}, certificates(leaf, ca.Certificate), proof.No, proof.ServiceUnlisted},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := loaded(t, c.services...).Standing(c.path, now())
			if s.Granted != c.granted || s.Reason != c.reason || c.reason == proof.ListsContradict && s.Signatures != proof.Open {
				t.Errorf("standing %+v, want %d %s", s, c.granted, c.reason)
			}
		})
	}
}

func TestTimestampServices(t *testing.T) {
	ca, other := issuer(t, "TSA"), issuer(t, "CA")
	unit := person(t, ca)
	service := func(c *x509.Certificate, status string) trustlisttest.Service {
		p := period(status, date(2017, 1))
		p.Kind = trustlisttest.TSA
		return trustlisttest.Service{Certificates: certificates(c), Current: p}
	}
	for name, c := range map[string]struct {
		service trustlisttest.Service
		want    proof.Answer
	}{
		"the unit":   {service(unit, "granted"), proof.Yes},
		"its issuer": {service(ca.Certificate, "granted"), proof.Yes},
		"withdrawn":  {service(unit, "withdrawn"), proof.No},
		"another":    {service(other.Certificate, "granted"), proof.No},
		"a CA/QC":    {trustlisttest.Granted(ca.Certificate, date(2017, 1)), proof.No},
	} {
		if s := loaded(t, c.service).Timestamps(certificates(unit, ca.Certificate), now()); s.Granted != c.want {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// Paths may end at services that were granted once, whatever they are now.
func TestAnchors(t *testing.T) {
	ca, gone, never := issuer(t, "CA"), issuer(t, "Gone"), issuer(t, "Never")
	l := loaded(t, trustlisttest.Granted(ca.Certificate, date(2017, 1)),
		trustlisttest.Service{Certificates: certificates(gone.Certificate), Current: period("withdrawn", date(2020, 1)),
			History: []trustlisttest.Period{period("granted", date(2017, 1))}},
		trustlisttest.Service{Certificates: certificates(never.Certificate), Current: period("withdrawn", date(2020, 1))})
	var got []string
	for _, c := range l.Anchors() {
		got = append(got, c.Subject.CommonName)
	}
	if diff := cmp.Diff([]string{"CA", "Gone"}, got); diff != "" {
		t.Error(diff)
	}
}
