// Package trustlisttest makes trusted lists for tests, signed ones and wrong ones.
package trustlisttest

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// The identifiers that lists are full of (TS 119 612).
const (
	ListOfLists = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUlistofthelists"
	Generic     = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric"
	CA          = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
	TSA         = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST"
	Status      = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
	Info        = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"
)

// List is a trusted list, or a list of lists with pointers.
type List struct {
	Kind, Territory   string
	Version, Sequence int
	// Issued and NextUpdate; a closed list has no NextUpdate.
	Issued, NextUpdate time.Time
	Pointers           []Pointer
	Services           []Service
	// ID of the root, if any.
	ID string
}

// Pointer leads from a list of lists to a list.
type Pointer struct {
	Kind, MIMEType, Territory string
	Signers                   []*x509.Certificate
}

// Service is a trust service; its history has the newest first.
type Service struct {
	Certificates []*x509.Certificate
	Current      Period
	History      []Period
}

// Period is a status from a time on; Extensions are XML.
type Period struct {
	Kind, Status string
	Start        time.Time
	Extensions   string
}

// Granted is a service for signatures, granted since a time.
func Granted(c *x509.Certificate, since time.Time) Service {
	return Service{[]*x509.Certificate{c}, Period{CA, Status + "granted", since, Additional("ForeSignatures")}, nil}
}

// Additional is the extension additionalServiceInformation.
func Additional(word string) string {
	return fmt.Sprintf(`<Extension Critical="true"><AdditionalServiceInformation><URI xml:lang="en">%s%s</URI></AdditionalServiceInformation></Extension>`,
		Info, word)
}

// Qualified is the extension Qualifications with one element. Criteria are XML without prefixes.
func Qualified(criteria string, words ...string) string {
	var b strings.Builder
	for _, w := range words {
		fmt.Fprintf(&b, `<q:Qualifier uri="%s%s"/>`, Info, w)
	}
	return fmt.Sprintf(`<Extension Critical="true"><q:Qualifications xmlns:q="http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#">`+
		`<q:QualificationElement><q:Qualifiers>%s</q:Qualifiers>%s</q:QualificationElement></q:Qualifications></Extension>`, b.String(), criteria)
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func identity(certificates []*x509.Certificate) string {
	var b strings.Builder
	for _, c := range certificates {
		fmt.Fprintf(&b, "<DigitalId><X509Certificate>%s</X509Certificate></DigitalId>", base64.StdEncoding.EncodeToString(c.Raw))
	}
	return b.String()
}

// XML is the list without a signature.
func (l List) XML() string {
	var b strings.Builder
	id := ""
	if l.ID != "" {
		id = fmt.Sprintf(` Id="%s"`, l.ID)
	}
	fmt.Fprintf(&b, `<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#"%s TSLTag="http://uri.etsi.org/19612/TSLTag">`, id)
	fmt.Fprintf(&b, "\n<SchemeInformation>\n<TSLVersionIdentifier>%d</TSLVersionIdentifier><TSLSequenceNumber>%d</TSLSequenceNumber>"+
		"<TSLType>%s</TSLType><SchemeTerritory>%s</SchemeTerritory><PointersToOtherTSL>", l.Version, l.Sequence, l.Kind, l.Territory)
	for _, p := range l.Pointers {
		p.write(&b)
	}
	next := ""
	if !l.NextUpdate.IsZero() {
		next = "<dateTime>" + instant(l.NextUpdate) + "</dateTime>"
	}
	fmt.Fprintf(&b, "</PointersToOtherTSL><ListIssueDateTime>%s</ListIssueDateTime><NextUpdate>%s</NextUpdate>\n</SchemeInformation>\n",
		instant(l.Issued), next)
	if len(l.Services) > 0 {
		b.WriteString("<TrustServiceProviderList><TrustServiceProvider><TSPServices>")
		for _, s := range l.Services {
			s.write(&b)
		}
		b.WriteString("</TSPServices></TrustServiceProvider></TrustServiceProviderList>\n")
	}
	b.WriteString("</TrustServiceStatusList>")
	return b.String()
}

func (p Pointer) write(b *strings.Builder) {
	fmt.Fprintf(b, "<OtherTSLPointer><ServiceDigitalIdentities><ServiceDigitalIdentity>%s</ServiceDigitalIdentity></ServiceDigitalIdentities>"+
		"<AdditionalInformation><OtherInformation><TSLType>%s</TSLType></OtherInformation><OtherInformation><SchemeTerritory>%s</SchemeTerritory>"+
		"</OtherInformation><OtherInformation><m:MimeType xmlns:m=\"http://uri.etsi.org/02231/v2/additionaltypes#\">%s</m:MimeType></OtherInformation>"+
		"</AdditionalInformation></OtherTSLPointer>\n", identity(p.Signers), p.Kind, p.Territory, p.MIMEType)
}

func (s Service) write(b *strings.Builder) {
	b.WriteString("<TSPService><ServiceInformation>")
	s.Current.write(b, s.Certificates)
	b.WriteString("</ServiceInformation><ServiceHistory>")
	for _, p := range s.History {
		b.WriteString("<ServiceHistoryInstance>")
		p.write(b, nil)
		b.WriteString("</ServiceHistoryInstance>")
	}
	b.WriteString("</ServiceHistory></TSPService>\n")
}

func (p Period) write(b *strings.Builder, certificates []*x509.Certificate) {
	fmt.Fprintf(b, "<ServiceTypeIdentifier>%s</ServiceTypeIdentifier><ServiceDigitalIdentity>%s</ServiceDigitalIdentity>"+
		"<ServiceStatus>%s</ServiceStatus><StatusStartingTime>%s</StatusStartingTime><ServiceInformationExtensions>%s</ServiceInformationExtensions>",
		p.Kind, identity(certificates), p.Status, instant(p.Start), p.Extensions)
}

// Union is a list of lists with the lists of its states, as files.
type Union struct {
	tb     testing.TB
	Lists  List
	Signer Signer
	Files  fstest.MapFS
}

// NewUnion makes one without states, issued a month before now and to be renewed five months after.
func NewUnion(tb testing.TB, now time.Time) *Union {
	tb.Helper()
	lists := List{Kind: ListOfLists, Territory: "EU", Version: 6, Sequence: 1,
		Issued: now.AddDate(0, -1, 0).Truncate(time.Second), NextUpdate: now.AddDate(0, 5, 0).Truncate(time.Second)}
	return &Union{tb, lists, NewSigner(tb), fstest.MapFS{}}
}

// State returns the list of a state as it was when the list of lists was made.
func (u *Union) State(territory string, services ...Service) List {
	l := u.Lists
	l.Kind, l.Territory, l.Version, l.Pointers, l.Services = Generic, territory, 5, nil, services
	return l
}

// Add signs the list of a state with a new key that the list of lists pins, and returns it.
func (u *Union) Add(l List) Signer {
	u.tb.Helper()
	by := NewSigner(u.tb)
	u.Pin(l.Territory, by)
	u.Put(strings.ToLower(l.Territory)+".xml", Recipe{By: by}.Sign(u.tb, l.XML()))
	return by
}

// Pin lets a key sign the list of a territory.
func (u *Union) Pin(territory string, by Signer) {
	u.Lists.Pointers = append(u.Lists.Pointers, Pointer{Generic, "application/vnd.etsi.tsl+xml", territory, []*x509.Certificate{by.Certificate}})
}

// Put writes a file.
func (u *Union) Put(name string, content []byte) { u.Files[name] = &fstest.MapFile{Data: content} }

// Folder signs the list of lists as it is now and returns all files; a name that is taken stays as it is.
func (u *Union) Folder() fstest.MapFS {
	u.tb.Helper()
	for name, content := range map[string]func() []byte{
		"lotl.xml":         func() []byte { return Recipe{By: u.Signer}.Sign(u.tb, u.Lists.XML()) },
		"lotl-signers.pem": func() []byte { return PEM(u.Signer.Certificate) },
	} {
		if u.Files[name] == nil {
			u.Put(name, content())
		}
	}
	return u.Files
}

// Write writes all files to a folder.
func (u *Union) Write(folder string) {
	u.tb.Helper()
	for name, f := range u.Folder() {
		if err := os.WriteFile(filepath.Join(folder, name), f.Data, 0o600); err != nil {
			u.tb.Fatal(err)
		}
	}
}

// PEM encodes a certificate.
func PEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}
