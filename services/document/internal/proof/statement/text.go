package statement

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// WriteText writes the statement for people: the verdict, one line for each check, a paragraph for each signature, and
// what is missing for a better verdict.
func (v Statement) WriteText(w io.Writer) error {
	var b strings.Builder
	v.writeVerdict(&b)
	if v.Package != nil {
		v.Package.write(&b, v.Verdict)
	}
	v.writeFindings(&b)
	for i, s := range v.Signatures {
		s.write(&b, i+1)
	}
	if v.TrustedLists != nil {
		fmt.Fprintf(&b, "\nTrusted lists %s\n", *v.TrustedLists)
		for _, refused := range v.RefusedLists {
			fmt.Fprintf(&b, "  not used: %s\n", refused)
		}
	}
	if missing := v.missing(); len(missing) > 0 {
		b.WriteString("\nFor a better verdict:\n")
		for _, m := range missing {
			fmt.Fprintf(&b, "  %s\n", m)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (v Statement) writeVerdict(b *strings.Builder) {
	fmt.Fprintf(b, "%s: %s\n", v.Verdict, map[string]string{
		"PROVEN":               "the file itself proves its content, its signers and the level",
		"ATTESTED_BY_PROVIDER": "the file proves its content; the rest is the word of the provider or the issuer",
		"INDETERMINATE":        "nothing is wrong, but something could not be decided",
		"FAILED":               "the file does not prove what it should",
	}[v.Verdict])
	level, asked := v.Level, v.RequestedLevel
	if level == "" {
		level = "none"
	}
	if asked == "" {
		asked = "not asked for"
	} else {
		asked += " asked for"
	}
	fmt.Fprintf(b, "%s, level proven: %s (%s)\n\n", v.File, level, asked)
}

func (v Statement) writeFindings(b *strings.Builder) {
	marks := map[string]string{"PASSED": "ok", "FAILED": "FAILED", "INDETERMINATE": "?", "NOT_APPLICABLE": "-"}
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, f := range v.Findings {
		about := ""
		if f.Signature > 0 {
			about = fmt.Sprintf("signature %d", f.Signature)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", marks[f.Outcome], f.Check, about, f.Reason, f.Detail)
	}
	_ = table.Flush() // a strings.Builder takes everything
}

func (s Signature) write(b *strings.Builder, number int) {
	kind := map[string]string{"PERSON": "a person's signature", "SEAL": "an organisation's seal",
		"TIMESTAMP": "a document timestamp", "": "of an unreadable certificate"}[s.Kind]
	fmt.Fprintf(b, "\nSignature %d, field %s: %s\n", number, s.Field, kind)
	fmt.Fprintf(b, "  subject  %s\n  issuer   %s, serial number %s\n", s.Subject, s.Issuer, s.SerialNumber)
	times := "not claimed"
	if s.ClaimedTime != nil {
		times = "claimed " + s.ClaimedTime.Format(time.RFC3339)
	}
	if s.ProvenTime != nil {
		times += ", proven by a timestamp " + s.ProvenTime.Format(time.RFC3339)
	}
	fmt.Fprintf(b, "  signed   %s\n", times)
	covers := "not a whole revision"
	switch {
	case s.CoversFile:
		covers = "the whole file"
	case s.CoversRevision:
		covers = "a whole revision, to which something was added"
	}
	fmt.Fprintf(b, "  covers   %s\n", covers)
	if s.Kind != "TIMESTAMP" {
		fmt.Fprintf(b, "  claims   %s\n", s.claims())
		level := s.Level
		if level == "" {
			level = "none by itself"
		}
		fmt.Fprintf(b, "  level    %s\n", level)
		if s.TrustService != "" {
			fmt.Fprintf(b, "  service  %s\n", s.TrustService)
		}
	}
}

func (s Signature) claims() string {
	var claims []string
	if s.Qualified {
		claims = append(claims, "qualified certificate")
	}
	if s.Device {
		claims = append(claims, "key in a qualified device")
	}
	for _, t := range s.Types {
		claims = append(claims, "type "+t)
	}
	if len(s.Legislations) > 0 {
		claims = append(claims, "law of "+strings.Join(s.Legislations, " "))
	}
	if len(claims) == 0 {
		return "nothing about being qualified"
	}
	return strings.Join(claims, ", ")
}

// missing says what the caller could add. A file that failed is beyond help.
func (v Statement) missing() []string {
	if v.Verdict == "PROVEN" || v.Verdict == "FAILED" {
		return nil
	}
	words := map[string]string{
		"ISSUER_UNKNOWN":      "an issuer is not among the anchors: give its certificate with --anchors, if you trust it",
		"ANCHOR_NOT_FOR_THIS": "an anchor is not for this kind of signature: the line Proves: before its certificate says what it is for",
		"QUALIFIED_STATUS_UNKNOWN": "no trusted lists were given: whether the issuer is qualified is in one of them (--trusted-lists), " +
			"or the line Proves: QES-EIDAS or QES-ZERTES before its certificate says so",
		"LIST_EXPIRED":               "the trusted lists do not speak for the time that matters: put newer ones into the folder",
		"LISTS_INCOMPLETE":           "the list of a state is missing in the folder of trusted lists, or was refused",
		"SENT_DOCUMENT_UNREADABLE":   "the document given with --sent cannot be read",
		"SEAL_ONLY":                  "nobody's own certificate is in the file: only the provider's audit trail says who signed and how",
		"FILE_AMBIGUOUS":             "readers may show this file differently: look at it in the program that the signers used",
		"CONTENT_ADDED_AS_PERMITTED": "what was filled in or noted after a signature is nobody's signed word: sign it again, or read it and decide",
		"SIGNATURE_COVERS_PAGE":      "look at the page without the signature's drawing, and compare it with what was sent",
		"SIGNING_TIME_UNPROVEN":      "no timestamp proves that the signature was made before its certificate expired",
		"NO_REVOCATION_DATA":         "nothing at hand says whether a certificate was revoked: give CRLs or OCSP answers with --revocation",
		"REVOCATION_UNUSABLE":        "the revocation data is not of the time that matters: give CRLs or OCSP answers with --revocation",
		"AUDIT_TRAIL_MISSING":        "the level rests on the provider's audit trail, which is archived and checked by the product only",
	}
	var missing []string
	seen := map[string]bool{}
	for _, f := range v.Findings {
		if text := words[f.Reason]; text != "" && !seen[f.Reason] && (f.Outcome != "NOT_APPLICABLE" || f.Check == "LEVEL") {
			seen[f.Reason] = true
			missing = append(missing, text)
		}
	}
	return missing
}
