package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func mustOpen(t testing.TB, dir string) *Authority {
	t.Helper()
	a, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func rootOf(t *testing.T, a *Authority) *x509.Certificate {
	t.Helper()
	block, rest := pem.Decode(a.RootPEM())
	if block == nil || len(rest) > 0 {
		t.Fatal("the root is not one PEM block")
	}
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// trusts reports why a verifier that knows only the root of a does not trust i at a time.
func trusts(t *testing.T, a *Authority, i *Identity, at time.Time) error {
	t.Helper()
	roots, others := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(rootOf(t, a))
	for _, c := range i.Chain {
		others.AddCert(c)
	}
	_, err := i.Certificate.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: others, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return err
}

// statementsOf lists the statements of a certificate in the words of EN 319 412-5.
func statementsOf(t *testing.T, c *x509.Certificate) []string {
	t.Helper()
	var names []string
	for _, e := range c.Extensions {
		if e.Id.String() != "1.3.6.1.5.5.7.1.3" {
			continue
		}
		var statements []struct {
			ID   asn1.ObjectIdentifier
			Info asn1.RawValue `asn1:"optional"`
		}
		if rest, err := asn1.Unmarshal(e.Value, &statements); err != nil || len(rest) > 0 || e.Critical {
			t.Fatalf("the statements cannot be read: %v", err)
		}
		for _, s := range statements {
			switch s.ID.String() {
			case "0.4.0.1862.1.1":
				names = append(names, "QcCompliance")
			case "0.4.0.1862.1.4":
				names = append(names, "QcSSCD")
			case "0.4.0.1862.1.6":
				var kinds []asn1.ObjectIdentifier
				if _, err := asn1.Unmarshal(s.Info.FullBytes, &kinds); err != nil || len(kinds) != 1 {
					t.Fatalf("the type cannot be read: %v", err)
				}
				names = append(names, map[string]string{
					"0.4.0.1862.1.6.1": "esign", "0.4.0.1862.1.6.2": "eseal",
				}[kinds[0].String()])
			default:
				t.Errorf("statement %v is not expected", s.ID)
			}
		}
	}
	return names
}

func TestIdentities(t *testing.T) {
	a, forger, now := mustOpen(t, ""), mustOpen(t, ""), time.Now()
	ada := Person{FirstName: "Ada", LastName: "Łoś", Country: "PL"}
	issuers := map[string]bool{}
	for name, c := range map[string]struct {
		issue      func(*Authority) (*Identity, error)
		statements []string
		usage      x509.KeyUsage
		life       time.Duration
	}{
		"AES": {func(a *Authority) (*Identity, error) { return a.Person(ada, "AES", now) },
			nil, x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment, 24 * time.Hour},
		"QES": {func(a *Authority) (*Identity, error) { return a.Person(ada, "QES", now) },
			[]string{"QcCompliance", "QcSSCD", "esign"}, x509.KeyUsageContentCommitment, 24 * time.Hour},
		"seal": {func(a *Authority) (*Identity, error) { return a.Seal("Ledger AG", now) },
			[]string{"eseal"}, x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment, 365 * 24 * time.Hour},
		"timestamp": {func(a *Authority) (*Identity, error) { return a.TimestampUnit(now) },
			nil, x509.KeyUsageDigitalSignature, 365 * 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			i, err := c.issue(a)
			if err != nil {
				t.Fatal(err)
			}
			if err := trusts(t, a, i, now); err != nil {
				t.Error(err)
			}
			if trusts(t, a, i, now.Add(c.life+time.Second)) == nil || trusts(t, a, i, now.Add(-time.Hour)) == nil {
				t.Error("it is trusted outside its life")
			}
			if diff := cmp.Diff(c.statements, statementsOf(t, i.Certificate)); diff != "" {
				t.Error(diff)
			}
			if i.Certificate.KeyUsage != c.usage || i.Certificate.IsCA {
				t.Errorf("the key usage is %b", i.Certificate.KeyUsage)
			}
			fake, err := c.issue(forger)
			if err != nil {
				t.Fatal(err)
			}
			if fake.Certificate.Issuer.String() != i.Certificate.Issuer.String() || trusts(t, a, fake, now) == nil {
				t.Error("a forger is told by its name or not at all")
			}
			issuers[i.Certificate.Issuer.CommonName] = true
		})
	}
	if len(issuers) != 4 {
		t.Errorf("the issuers are %v, want one for each kind", issuers)
	}
}

func TestPersonSubject(t *testing.T) {
	long := strings.Repeat("ö", 100)
	i, err := mustOpen(t, "").Person(Person{FirstName: "Zoë", LastName: long, Country: "CH"}, "QES", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s := i.Certificate.Subject
	given := map[string]any{}
	for _, name := range s.Names {
		given[name.Type.String()] = name.Value
	}
	want := map[string]any{
		"2.5.4.3": "Zoë " + strings.Repeat("ö", 60), "2.5.4.42": "Zoë", "2.5.4.4": long, "2.5.4.6": "CH",
		"2.5.4.5": s.SerialNumber,
	}
	if diff := cmp.Diff(want, given); diff != "" || len(s.SerialNumber) != 24 {
		t.Error(diff, s.SerialNumber)
	}
}

func TestTimestampUnitUsage(t *testing.T) {
	i, err := mustOpen(t, "").TimestampUnit(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}, i.Certificate.ExtKeyUsage); diff != "" {
		t.Error(diff)
	}
	for _, e := range i.Certificate.Extensions {
		if e.Id.String() == "2.5.29.37" && !e.Critical {
			t.Error("the extended key usage is not critical")
		}
	}
}

func TestRefusals(t *testing.T) {
	a, now := mustOpen(t, ""), time.Now()
	person := func(first, country, level string, at time.Time) func() (*Identity, error) {
		return func() (*Identity, error) { return a.Person(Person{FirstName: first, Country: country}, level, at) }
	}
	for name, issue := range map[string]func() (*Identity, error){
		"level":          person("Secretname", "CH", "SES", now),
		"no name":        person(" ", "CH", "QES", now),
		"control":        person("Secretname\x00", "CH", "QES", now),
		"not UTF-8":      person("Secretname\xff", "CH", "QES", now),
		"long name":      person(strings.Repeat("Secretname", 13), "CH", "QES", now),
		"country":        person("Secretname", "ch", "QES", now),
		"long country":   person("Secretname", "CHE", "QES", now),
		"too early":      person("Secretname", "CH", "AES", now.AddDate(-1, 0, 0)),
		"too late":       person("Secretname", "CH", "AES", now.AddDate(10, 0, 1)),
		"no seal":        func() (*Identity, error) { return a.Seal("", now) },
		"seal too late":  func() (*Identity, error) { return a.Seal("Secretname", now.AddDate(11, 0, 0)) },
		"stamp too late": func() (*Identity, error) { return a.TimestampUnit(now.AddDate(11, 0, 0)) },
	} {
		i, err := issue()
		if err == nil || i != nil {
			t.Errorf("%s: it was issued", name)
		} else if strings.Contains(err.Error(), "Secretname") {
			t.Errorf("%s: the error names the person: %v", name, err)
		}
	}
}

func TestKeysSign(t *testing.T) {
	i, err := mustOpen(t, "").Person(Person{LastName: "Curie"}, "AES", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(i.Key.Public())
	if err != nil || !bytes.Equal(public, i.Certificate.RawSubjectPublicKeyInfo) {
		t.Errorf("the key is not that of the certificate: %v", err)
	}
	if i.Certificate.Subject.CommonName != "Curie" || len(i.Certificate.Subject.Country) > 0 {
		t.Errorf("the subject has %d countries", len(i.Certificate.Subject.Country))
	}
}
