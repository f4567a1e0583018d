package api

import (
	"errors"

	"google.golang.org/grpc/codes"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/inspect"
	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/internal/fault"
)

// unfit answers why an upload cannot be signed; nil when that is not what happened.
func unfit(err error) error {
	var refused *inspect.Error
	var field *paper.FieldError
	f := &fault.Error{Code: codes.InvalidArgument, Domain: Domain, Message: err.Error()}
	switch {
	case errors.As(err, &refused):
		f.Reason, f.Message = string(refused.Kind), refused.What
		if refused.Content != "" {
			f.Metadata = map[string]string{"content": string(refused.Content)}
		}
	case errors.As(err, &field):
		f.Reason, f.Metadata = "SIGNATURE_FIELD_INVALID", map[string]string{"role": field.Role}
	default:
		return nil
	}
	return f
}

func fromInspection(i paper.Inspection) *documentv1.Inspection {
	out := &documentv1.Inspection{PdfVersion: i.PDFVersion}
	for _, r := range i.Remarks {
		out.Remarks = append(out.Remarks, &documentv1.Inspection_Remark{Code: r.Code, Detail: r.Detail, Page: int32(r.Page)})
	}
	return out
}

func toFields(in []*documentv1.SignatureField) []paper.SignatureField {
	var fields []paper.SignatureField
	for _, f := range in {
		fields = append(fields, paper.SignatureField{
			Role: f.GetRole(), FormField: f.GetFormField(), Page: int(f.GetPage()),
			X: f.GetX(), Y: f.GetY(), Width: f.GetWidth(), Height: f.GetHeight(),
		})
	}
	return fields
}
