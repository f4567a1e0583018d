package yousign

import (
	"archive/zip"
	"bytes"
	"strconv"
	"time"
)

// named is one file of an archive.
type named struct {
	name  string
	bytes []byte
}

// current is the document's last state: signed once the request is done.
func (d *document) current() []byte {
	if d.final != nil {
		return d.final
	}
	return d.original
}

func (s *Simulator) downloadDocument(c *call) (answer, error) {
	d, err := c.document()
	if err != nil {
		return answer{}, err
	}
	return file("application/pdf", d.current())
}

func (s *Simulator) downloadAll(c *call) (answer, error) {
	q := c.URL.Query()
	switch q.Get("version") {
	case "", "current":
	case "completed":
		if c.req.status != done {
			return answer{}, refused("document.unable_to_download_signature_request_not_in_done",
				"The Signature Request is not done.")
		}
	default:
		return answer{}, invalidParam("version", `Value must be in ["current", "completed"].`)
	}
	var files []named
	for _, d := range c.req.documents {
		files = append(files, named{d.fileName(), d.current()})
	}
	archive, err := flag(q.Get("archive"), "archive")
	if err != nil {
		return answer{}, err
	}
	return bundle(files, archive)
}

// bundle answers with the only file as it is, else with an archive of them all.
func bundle(files []named, archive bool) (answer, error) {
	if len(files) == 0 {
		return answer{}, notFound()
	}
	if len(files) == 1 && !archive {
		return file("application/pdf", files[0].bytes)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i, f := range files {
		w, err := z.Create(strconv.Itoa(i+1) + "-" + f.name)
		if err != nil {
			return answer{}, err
		}
		if _, err := w.Write(f.bytes); err != nil {
			return answer{}, err
		}
	}
	if err := z.Close(); err != nil {
		return answer{}, err
	}
	return file("application/zip", b.Bytes())
}

func flag(text, name string) (bool, error) {
	switch text {
	case "", "0", "false":
		return false, nil
	case "1", "true":
		return true, nil
	}
	return false, invalidParam(name, "This value should be of type bool.")
}

// notReadyYet answers for an audit trail that lags behind, and for a qualified signature, which never has one.
func notReadyYet() error {
	return refused("audit_trail.not_ready_for_download", "The Audit Trail is not ready for download.")
}

func (s *Simulator) downloadAuditTrails(c *call) (answer, error) {
	merge, err := flag(c.URL.Query().Get("merge"), "merge")
	if err != nil {
		return answer{}, err
	}
	r := c.req
	if r.status != done {
		return answer{}, wrongStatus(r.status)
	}
	if r.level() == qualified || c.now.Before(r.completed.Add(s.auditDelay)) {
		return answer{}, notReadyYet()
	}
	if merge {
		pdf, err := s.auditTrail(r, "", r.signers...)
		if err != nil {
			return answer{}, err
		}
		return file("application/pdf", pdf)
	}
	var files []named
	for _, x := range r.signers {
		pdf, err := s.auditTrail(r, x.id, x)
		if err != nil {
			return answer{}, err
		}
		files = append(files, named{"audit-trail-" + x.id + ".pdf", pdf})
	}
	return bundle(files, false)
}

// signedSigner is the signer named in the path, whose signature the call needs.
func (s *Simulator) signedSigner(c *call) (*signer, error) {
	x, err := c.signer()
	switch {
	case err != nil:
		return nil, err
	case x.signedAt == nil:
		return nil, refused("signer.status_not_compatible", "The Signer has not signed.")
	case x.Level == qualified, c.now.Before(x.signedAt.Add(s.auditDelay)):
		return nil, notReadyYet()
	}
	return x, nil
}

func (s *Simulator) downloadAuditTrail(c *call) (answer, error) {
	x, err := s.signedSigner(c)
	if err != nil {
		return answer{}, err
	}
	pdf, err := s.auditTrail(c.req, x.id, x)
	if err != nil {
		return answer{}, err
	}
	return file("application/pdf", pdf)
}

// auditTrail is the trail of the signers.
func (s *Simulator) auditTrail(r *request, key string, signers ...*signer) ([]byte, error) {
	lines := []string{"Yousign simulator: audit trail", "Signature request " + r.id, "Name: " + r.Name}
	for _, x := range signers {
		lines = append(lines, "", "Signer "+x.id, "Name: "+x.Info.FirstName+" "+x.Info.LastName,
			"E-mail: "+x.Info.Email, "Level: "+x.Level, "Authentication: "+deref(x.Authentication),
			"Signed at: "+stamp(*x.signedAt))
	}
	return s.record(r, "trail-"+key, *signers[len(signers)-1].signedAt, lines...)
}

// record returns a sealed document of the vendor's own, made once and kept under the key: every download of it is
// the same file.
func (s *Simulator) record(r *request, key string, at time.Time, lines ...string) ([]byte, error) {
	if pdf := r.records[key]; pdf != nil {
		return pdf, nil
	}
	pdf, err := s.sealed(at, lines...)
	if err != nil {
		return nil, err
	}
	if r.records == nil {
		r.records = map[string][]byte{}
	}
	r.records[key] = pdf
	return pdf, nil
}

func (s *Simulator) readAuditTrail(c *call) (answer, error) {
	x, err := s.signedSigner(c)
	if err != nil {
		return answer{}, err
	}
	documents := []map[string]any{}
	for _, d := range c.req.documents {
		documents = append(documents, map[string]any{"id": d.id, "name": d.name, "sha256": d.view()["sha256"]})
	}
	return ok(map[string]any{
		"version": 1, "sender": s.sender(), "documents": documents,
		"signature_request": map[string]any{"id": c.req.id, "name": c.req.Name, "sent_at": maybe(c.req.activated)},
		"signer": map[string]any{"id": x.id, "first_name": x.Info.FirstName, "last_name": x.Info.LastName,
			"email_address": x.Info.Email, "signature_process_completed_at": maybe(x.signedAt)},
		"organization":   map[string]any{"name": "Yousign simulator"},
		"authentication": map[string]any{"mode": x.Authentication},
	})
}

// downloadIdentityProof is the record of a qualified signer's identification.
func (s *Simulator) downloadIdentityProof(c *call) (answer, error) {
	x, err := c.signer()
	if err != nil {
		return answer{}, err
	}
	if x.Level != qualified || !x.identified {
		return answer{}, refused("verified_identity_proof.not_available", "There is no Verified Identity Proof for the Signer.")
	}
	at := c.now
	if x.signedAt != nil {
		at = *x.signedAt
	}
	pdf, err := s.record(c.req, "proof-"+x.id, at, "Yousign simulator: verified identity proof", "Signer "+x.id,
		"Name: "+x.Info.FirstName+" "+x.Info.LastName, "Method: identity document and face video")
	if err != nil {
		return answer{}, err
	}
	return file("application/pdf", pdf)
}
