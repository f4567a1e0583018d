package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

type signatureRequest struct {
	Name            string `json:"name"`
	State           string `json:"state"`
	Provider        string `json:"provider"`
	Level           string `json:"level"`
	Legislation     string `json:"legislation"`
	Document        string `json:"document"`
	SignedDocument  string `json:"signedDocument"`
	AuditTrail      string `json:"auditTrail"`
	EvidencePackage string `json:"evidencePackage"`
	Verdict         string `json:"verdict"`
}

type signingEvent struct {
	Type       string    `json:"type"`
	SignerRole string    `json:"signerRole"`
	EventTime  time.Time `json:"eventTime"`
}

type archivedDocument struct {
	Name      string `json:"name"`
	FileName  string `json:"fileName"`
	SHA256    string `json:"sha256"`
	SizeBytes string `json:"sizeBytes"`
	PageCount int    `json:"pageCount"`
}

type proofReport struct {
	Verdict  string `json:"verdict"`
	Level    string `json:"level"`
	Findings []struct {
		Check   string `json:"check"`
		Outcome string `json:"outcome"`
		Reason  string `json:"reason"`
	} `json:"findings"`
	Signatures []struct {
		Subject        string `json:"subject"`
		Issuer         string `json:"issuer"`
		QualifiedClaim bool   `json:"qualifiedClaim"`
		Timestamped    bool   `json:"timestamped"`
	} `json:"signatures"`
}

// timeline prints what happened to a won deal, and tells whether its proof is what the demo promises.
func (s *story) timeline(ctx context.Context, d *deal, start time.Time) (bool, error) {
	if _, err := s.known(ctx, d); err != nil {
		return false, err
	}
	var request signatureRequest
	var log struct {
		Events []signingEvent `json:"events"`
	}
	if err := s.packed(ctx, d, &request); err != nil {
		return false, err
	}
	if err := s.call(ctx, http.MethodGet, s.gateway+"/v1/events?signatureRequest="+d.request, nil, &log); err != nil {
		return false, err
	}
	fmt.Printf("\n%q  (deal %d, %s under %s at %s)\n", d.Title, d.lead, word(request.Level), word(request.Legislation),
		strings.TrimPrefix(request.Provider, "providers/"))
	for _, e := range log.Events {
		text := strings.ToLower(strings.ReplaceAll(word(e.Type), "_", " "))
		if e.SignerRole != "" {
			text += " (" + e.SignerRole + ")"
		}
		line(e.EventTime.Sub(start), "signing", text)
	}
	if err := s.printCard(ctx, d); err != nil {
		return false, err
	}
	return s.printProof(ctx, request)
}

// packed reads a deal's signature request once it has its evidence package, which no deal waits for.
func (s *story) packed(ctx context.Context, d *deal, request *signatureRequest) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		if err := s.call(ctx, http.MethodGet, s.gateway+"/v1/"+d.request, nil, request); err != nil || request.EvidencePackage != "" {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.New("no evidence package in time")
		case <-ticker.C:
		}
	}
}

func (s *story) printCard(ctx context.Context, d *deal) error {
	c, err := s.card(ctx, d.lead)
	if err != nil {
		return err
	}
	for _, n := range c.Notes {
		kind := "note"
		if n.Type == "attachment" {
			kind = "file"
		}
		fmt.Printf("           %-9s %s\n", kind, n.text())
	}
	for _, f := range c.Files {
		fmt.Printf("           %-9s %s, %d bytes, sha256 %s…\n", "in files", f.Name, f.Size, f.SHA256[:16])
	}
	fmt.Printf("           %-9s %s\n", "stage", c.Stage)
	return nil
}

func (s *story) printProof(ctx context.Context, request signatureRequest) (bool, error) {
	var document archivedDocument
	if err := s.call(ctx, http.MethodGet, s.gateway+"/v1/"+request.SignedDocument, nil, &document); err != nil {
		return false, err
	}
	var proof proofReport
	if err := s.call(ctx, http.MethodGet, s.gateway+"/v1/"+request.SignedDocument+"/proof", nil, &proof); err != nil {
		return false, err
	}
	fmt.Printf("           %-9s %s (%s bytes, sha256 %s…)\n", "archive", request.SignedDocument, document.SizeBytes, document.SHA256[:16])
	if request.AuditTrail != "" {
		fmt.Printf("           %-9s %s (audit trail)\n", "archive", request.AuditTrail)
	}
	if err := s.printEvidence(ctx, request); err != nil {
		return false, err
	}
	passed, other := 0, []string{}
	for _, f := range proof.Findings {
		switch word(f.Outcome) {
		case "PASSED":
			passed++
		default:
			other = append(other, f.Check+" "+strings.ToLower(strings.ReplaceAll(word(f.Outcome), "_", " ")))
		}
	}
	fmt.Printf("           %-9s %s at level %s: %d checks passed", "proof", word(proof.Verdict), word(proof.Level), passed)
	if len(other) > 0 {
		fmt.Printf("; %s", strings.Join(other, ", "))
	}
	fmt.Println()
	for _, sig := range proof.Signatures {
		fmt.Printf("           %-9s %s, issued by %s%s\n", "signed by", sig.Subject, sig.Issuer, qualities(sig.QualifiedClaim, sig.Timestamped))
	}
	return word(proof.Verdict) == "PROVEN" && proof.Level == request.Level && request.State == "STATE_COMPLETED", nil
}

func (s *story) printEvidence(ctx context.Context, request signatureRequest) error {
	var document archivedDocument
	if err := s.call(ctx, http.MethodGet, s.gateway+"/v1/"+request.EvidencePackage, nil, &document); err != nil {
		return err
	}
	fmt.Printf("           %-9s %s (%s, %s bytes, sha256 %s…)\n", "evidence", request.EvidencePackage, document.FileName,
		document.SizeBytes, document.SHA256[:16])
	return nil
}

func qualities(qualified, timestamped bool) string {
	text := ""
	if qualified {
		text += ", qualified certificate"
	}
	if timestamped {
		text += ", timestamped"
	}
	return text
}

// word is an enum value without its prefix.
func word(value string) string {
	for _, prefix := range []string{"LEVEL_", "LEGISLATION_", "TYPE_", "VERDICT_", "OUTCOME_", "STATE_"} {
		value = strings.TrimPrefix(value, prefix)
	}
	return value
}
