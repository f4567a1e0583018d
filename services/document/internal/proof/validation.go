package proof

import (
	"crypto/x509"

	"github.com/countersign/countersign/services/document/internal/pdf"
	"github.com/countersign/countersign/services/document/internal/proof/cms"
	"github.com/countersign/countersign/services/document/internal/proof/revocation"
)

// Bounds on the document security store (ISO 32000-2, 12.8.4.3). Its CRLs and OCSP responses are bounded by package
// revocation.
const (
	maxStoreCertificates = 128
	maxStoreEntries      = 1024
)

// validation is what the file and the caller bring along for checking certificates. None of it is trusted for itself.
type validation struct {
	data         revocation.Data
	certificates []*x509.Certificate
	// unread says that a certificate could not be parsed, for example for its curve.
	unread bool
}

// validationData gathers it from the request, the messages and the document security store.
func (e *examination) validationData() *validation {
	v := &validation{}
	for _, r := range e.request.Revocation {
		v.data.Add(r)
	}
	for _, s := range e.signatures {
		if s.message != nil {
			v.addMessage(s.message)
		}
	}
	v.addStore(e.request.Signed)
	return v
}

func (v *validation) addMessage(m *cms.Message) {
	for _, r := range m.Revocation() {
		v.data.Add(r)
	}
}

// addStore reads the document security store. It opens the file once more, because a damaged store must neither spend the
// bounds of the checks that follow nor make them fail.
func (v *validation) addStore(file []byte) {
	doc, err := pdf.OpenWithin(file, limits(1))
	if err != nil {
		return
	}
	store := doc.Dict(doc.Catalog()["DSS"])
	r := storeReader{doc: doc, left: maxStoreEntries}
	r.data("CRLs", store, v.data.Add)
	r.data("OCSPs", store, v.data.Add)
	r.data("Certs", store, v.addCertificate)
	// The entries per signature name what was used for it. All data is judged for what it is, so they are read alike.
	for _, entry := range doc.Dict(store["VRI"]) {
		per := doc.Dict(entry)
		r.data("CRL", per, v.data.Add)
		r.data("OCSP", per, v.data.Add)
		r.data("Cert", per, v.addCertificate)
	}
	if r.left < 0 || doc.Err() != nil {
		v.data.Add(nil) // something is there that was not read
	}
}

func (v *validation) addCertificate(der []byte) {
	if len(v.certificates) >= maxStoreCertificates {
		v.unread = true
		return
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		v.unread = true
		return
	}
	v.certificates = append(v.certificates, c)
}

type storeReader struct {
	doc  *pdf.Document
	left int
}

// data hands over the content of each stream in an array.
func (r *storeReader) data(key pdf.Name, from pdf.Dict, add func([]byte)) {
	for _, entry := range r.doc.Array(from[key]) {
		if r.left--; r.left < 0 {
			return
		}
		s, ok := r.doc.Resolve(entry).(*pdf.Stream)
		if !ok {
			add(nil)
			continue
		}
		content, _ := r.doc.Decode(s)
		add(content)
	}
}
