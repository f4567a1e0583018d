package api

import (
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/store"
)

const (
	documentPrefix = "documents/"
	templatePrefix = "templates/"
	proofSuffix    = "/proof"
)

func fromDocument(d paper.Document) *documentv1.Document {
	out := &documentv1.Document{
		Name: documentPrefix + d.ID, Title: d.Title, FileName: d.FileName, Sha256: d.SHA256, SizeBytes: d.Size,
		PageCount: int32(d.Pages), Origin: d.Origin, Language: d.Language, CreateTime: timestamppb.New(d.CreateTime),
		Kind:            documentv1.Document_Kind(documentv1.Document_Kind_value["KIND_"+string(d.Kind)]),
		SignatureFields: fromFields(d.Fields), MediaType: d.Kind.MediaType(), ValuesSha256: d.ValuesHash,
		LegalHold: d.LegalHold,
	}
	if d.Parent != "" {
		out.Parent = documentPrefix + d.Parent
	}
	if !d.DeleteTime.IsZero() {
		out.DeleteTime = timestamppb.New(d.DeleteTime)
	}
	if d.Inspection != nil {
		out.Inspection = fromInspection(*d.Inspection)
	}
	return out
}

func fromFields(fields []paper.SignatureField) []*documentv1.SignatureField {
	var out []*documentv1.SignatureField
	for _, f := range fields {
		out = append(out, &documentv1.SignatureField{
			Role: f.Role, FormField: f.FormField, Page: int32(f.Page), X: f.X, Y: f.Y, Width: f.Width, Height: f.Height,
		})
	}
	return out
}

func fromTemplate(t paper.Template) *documentv1.Template {
	out := &documentv1.Template{
		Name: templatePrefix + t.ID, Version: t.Version, Languages: t.Languages(), Titles: map[string]string{},
		Source: documentv1.Template_SOURCE_TEXT,
	}
	if t.Form {
		out.Source = documentv1.Template_SOURCE_PDF_FORM
	}
	for language, text := range t.Texts {
		out.Titles[language] = text.Title
	}
	for _, v := range t.Variables {
		out.Variables = append(out.Variables, fromVariable(v))
	}
	for _, r := range t.Roles {
		out.Roles = append(out.Roles, r.ID)
		out.SignerRoles = append(out.SignerRoles, &documentv1.TemplateRole{Id: r.ID, Labels: r.Labels})
	}
	return out
}

func fromVariable(v paper.Variable) *documentv1.TemplateVariable {
	kind := documentv1.TemplateVariable_Type_value["TYPE_"+strings.ToUpper(string(v.Type))]
	out := &documentv1.TemplateVariable{
		Name: v.Name, Required: v.Required, MaxLength: int32(v.Limit()), Type: documentv1.TemplateVariable_Type(kind),
		Labels: v.Labels, Example: v.Example, Currency: v.Currency,
	}
	for _, c := range v.Choices {
		out.Choices = append(out.Choices, c.Value)
		out.LabelledChoices = append(out.LabelledChoices, &documentv1.TemplateVariable_Choice{Value: c.Value, Labels: c.Labels})
	}
	return out
}

func fromProof(p store.Proof) *documentv1.Proof {
	out := &documentv1.Proof{
		Name:    documentPrefix + p.Document + proofSuffix,
		Verdict: documentv1.Proof_Verdict(documentv1.Proof_Verdict_value["VERDICT_"+string(p.Report.Verdict)]),
		Level:   documentv1.Level(documentv1.Level_value["LEVEL_"+p.Report.Level]),
		Sha256:  p.Report.SHA256, CreateTime: timestamppb.New(p.CreateTime), TrustedLists: p.Report.TrustedLists,
	}
	for _, f := range p.Report.Findings {
		out.Findings = append(out.Findings, &documentv1.Proof_Finding{
			Check: string(f.Check), Signature: int32(f.Signature), Reason: f.Reason, Detail: f.Detail,
			Outcome: documentv1.Proof_Outcome(documentv1.Proof_Outcome_value["OUTCOME_"+string(f.Outcome)]),
		})
	}
	for _, s := range p.Report.Signatures {
		out.Signatures = append(out.Signatures, fromSignature(s))
	}
	return out
}

func fromSignature(s proof.Signature) *documentv1.Proof_Signature {
	out := &documentv1.Proof_Signature{
		Field: s.Field, Subject: s.SubjectCN, Issuer: s.IssuerCN, SerialNumber: s.SerialNumber,
		QualifiedClaim: s.QualifiedClaim, QualifiedDeviceClaim: s.QualifiedDeviceClaim, Seal: s.SealClaim,
		TrustService: s.TrustService, DocumentTimestamp: s.Timestamp, Level: documentv1.Level(documentv1.Level_value["LEVEL_"+s.Level]),
	}
	if !s.SigningTime.IsZero() {
		out.SignTime = timestamppb.New(s.SigningTime)
	}
	if !s.TimestampTime.IsZero() {
		out.SignTime, out.Timestamped = timestamppb.New(s.TimestampTime), true
	}
	return out
}

// toLevel returns "" for a level that is not set.
func toLevel(l documentv1.Level) string {
	if l == documentv1.Level_LEVEL_UNSPECIFIED {
		return ""
	}
	return strings.TrimPrefix(l.String(), "LEVEL_")
}

// toLegislation returns "" for a legislation that is not set.
func toLegislation(l documentv1.Legislation) string {
	if l == documentv1.Legislation_LEGISLATION_UNSPECIFIED {
		return ""
	}
	return strings.TrimPrefix(l.String(), "LEGISLATION_")
}

func toSigners(in []*documentv1.ProveDocumentRequest_ExpectedSigner) []proof.Signer {
	var signers []proof.Signer
	for _, s := range in {
		signers = append(signers, proof.Signer{Role: s.GetRole(), FirstName: s.GetFirstName(), LastName: s.GetLastName()})
	}
	return signers
}
