package skribble

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/services/sim/pki"
)

// reportIP stands for every caller's address (RFC 5737).
const reportIP = "192.0.2.1"

// action is one line of the audit trail. The report writes camelCase, unlike the rest of the API.
type action struct {
	Name               string         `json:"name"`
	IP                 string         `json:"ip"`
	Time               string         `json:"time"` // "2006-01-02 15:04:05 GMT"
	Quality            string         `json:"quality"`
	Legislation        string         `json:"legislation"`
	DocumentID         string         `json:"documentId"`
	DocumentSHA256     string         `json:"documentSha256"`
	DocumentPageCount  int            `json:"documentPageCount"`
	DocumentSize       int            `json:"documentSize"`
	Documents          []documentHash `json:"documents"`
	Message            string         `json:"message"`
	SignatureID        string         `json:"signatureId"`
	CertificateSubject *string        `json:"certificateSubject"`
	CertificateSerial  *string        `json:"certificateSerial"`
	CertificateIssuer  *string        `json:"certificateIssuer"`

	actor string // account, guest id or API user
}

type documentHash struct {
	ID     string `json:"documentId"`
	SHA256 string `json:"documentSha256"`
}

type report struct {
	Header reportHeader `json:"header"`
	Users  []reportUser `json:"userList"`
	Error  *string      `json:"error"`
}

type reportHeader struct {
	RequestID   string  `json:"signatureRequestID"`
	Logo        *string `json:"skribbleLogo"`
	Title       string  `json:"title"`
	Status      string  `json:"status"`
	Count       int     `json:"signatureCount"`
	Signed      int     `json:"signatureCountSigned"`
	Attachments string  `json:"attachmentNames"`
}

type reportUser struct {
	ID           string   `json:"id"`
	FirstName    string   `json:"firstname"`
	LastName     string   `json:"lastname"`
	GroupName    string   `json:"groupName"`
	Email        string   `json:"email"`
	Mobile       string   `json:"mobile"`
	BusinessName string   `json:"businessName"`
	Actions      []action `json:"userActions"`
}

// act adds to the audit trail and marks the request as changed.
func (s *Simulator) act(r *signatureRequest, a action) {
	r.UpdatedAt = s.now()
	a.IP, a.Time = reportIP, time.Time(r.UpdatedAt).UTC().Format("2006-01-02 15:04:05")+" GMT"
	if a.Documents == nil {
		a.Documents = []documentHash{}
	}
	r.actions = append(r.actions, a)
}

func (s *Simulator) digests(r *signatureRequest) []documentHash {
	return []documentHash{{r.DocumentID, digest(s.documents[r.DocumentID].content)}}
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func signedAction(g *signature, id *pki.Identity, d *document) action {
	cert := id.Certificate
	subject, issuer, serial := cert.Subject.String(), cert.Issuer.String(), cert.SerialNumber.String()
	return action{
		Name: "SIGNED", actor: g.Account, Quality: g.SignedQuality, Legislation: g.SignedLegislation,
		DocumentID: d.ID, DocumentSHA256: digest(d.content), DocumentPageCount: d.PageCount, DocumentSize: d.Size,
		SignatureID: g.SID, CertificateSubject: &subject, CertificateSerial: &serial, CertificateIssuer: &issuer,
	}
}

func (s *Simulator) requestReport(c *call) (answer, error) {
	r, err := s.request(c)
	if err != nil {
		return answer{}, err
	}
	kind := c.r.URL.Query().Get("type")
	if !slices.Contains([]string{"", "PDF", "JSON", "HTML"}, kind) {
		return answer{}, invalid("type must be PDF, JSON or HTML")
	}
	s.act(r, action{Name: "REPORT_CREATED", actor: c.user})
	rep := s.report(r)
	switch kind {
	case "JSON":
		return jsonAnswer(rep)
	case "HTML":
		page := "<!doctype html><title>Report</title><pre>" + html.EscapeString(strings.Join(rep.lines(), "\n")) + "</pre>"
		return answer{status: http.StatusOK, contentType: "text/html;charset=UTF-8", body: []byte(page)}, nil
	}
	pdf, err := s.seal(textPDF("Signature report", rep.lines()))
	return answer{status: http.StatusOK, contentType: "application/pdf", body: pdf}, err
}

// report groups the trail by person, in the order of first appearance.
func (s *Simulator) report(r *signatureRequest) report {
	names := []string{}
	for _, a := range r.Attachments {
		names = append(names, a.Filename)
	}
	rep := report{Header: reportHeader{
		RequestID: r.ID, Title: r.Title, Status: r.Status, Count: len(r.Signatures), Attachments: strings.Join(names, ", "),
	}}
	for _, g := range r.Signatures {
		if g.Status == statusSigned {
			rep.Header.Signed++
		}
	}
	for _, a := range r.actions {
		i := slices.IndexFunc(rep.Users, func(u reportUser) bool { return u.ID == a.actor })
		if i < 0 {
			rep.Users = append(rep.Users, s.reportUser(r, a.actor))
			i = len(rep.Users) - 1
		}
		rep.Users[i].Actions = append(rep.Users[i].Actions, a)
	}
	return rep
}

func (s *Simulator) reportUser(r *signatureRequest, actor string) reportUser {
	i := slices.IndexFunc(r.Signatures, func(g *signature) bool { return g.Account == actor })
	if i < 0 {
		return reportUser{ID: actor, FirstName: provider, BusinessName: provider}
	}
	g := r.Signatures[i]
	u := reportUser{ID: actor, Email: g.email()}
	u.FirstName, u.LastName = g.name(s.accounts)
	if g.Identity != nil {
		u.Mobile = g.Identity.Mobile
	}
	return u
}

// lines is the report as text.
func (rep report) lines() []string {
	h := rep.Header
	lines := []string{
		"Signature request " + h.RequestID, "Title: " + h.Title, "Status: " + h.Status,
		fmt.Sprintf("Signatures: %d of %d", h.Signed, h.Count),
	}
	for _, u := range rep.Users {
		lines = append(lines, "", strings.TrimSpace(u.FirstName+" "+u.LastName+" "+u.Email))
		for _, a := range u.Actions {
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("  %s  %s  %s %s", a.Time, a.Name, a.Quality, a.Legislation)))
			if a.DocumentSHA256 != "" {
				lines = append(lines, "    SHA-256 "+a.DocumentSHA256)
			}
			if a.CertificateIssuer != nil {
				lines = append(lines, "    Issuer "+*a.CertificateIssuer)
			}
		}
	}
	return lines
}
