package jobs

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
)

// final tells whether the answer is a no for good, with nothing created. That a request id was used with other content
// is not: then something exists.
func final(reason string) bool {
	switch reason {
	case "", "INTERNAL", "REQUEST_ID_REUSED", "PROVIDER_UNAVAILABLE":
		return false
	}
	return true
}

func request(attempt store.Attempt) *signingv1.CreateSignatureRequestRequest {
	plan := attempt.Plan
	required := documentv1.Proof_VERDICT_PROVEN
	if attempt.Subject.Rule.Proof.Satisfied(pipeline.Attested, plan.Level) {
		required = documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER
	}
	request := &signingv1.SignatureRequest{
		Title: plan.Title, Language: plan.Language, Reference: attempt.Reference,
		Level:       documentv1.Level(documentv1.Level_value["LEVEL_"+string(plan.Level)]),
		Legislation: documentv1.Legislation(documentv1.Legislation_value["LEGISLATION_"+string(plan.Legislation)]),
		Source: &signingv1.SignatureRequest_Template{Template: &signingv1.TemplateSource{
			Template: "templates/" + plan.Template, Language: plan.Language, Values: attempt.Values,
		}},
		ExpireTime: timestamppb.New(expiry(plan)), RequiredVerdict: required,
	}
	if plan.Provider != "" {
		request.Provider = "providers/" + plan.Provider
	}
	for _, s := range plan.Signers {
		request.Signers = append(request.Signers, &signingv1.Signer{
			Role: s.Role, FirstName: s.FirstName, LastName: s.LastName, Email: s.Email, PhoneNumber: s.Phone,
			Language: s.Language, OrderGroup: int32(s.Order), Authentication: authentication(plan.Authentication),
		})
	}
	return &signingv1.CreateSignatureRequestRequest{SignatureRequest: request, RequestId: attempt.Reference}
}

// expiry counts from the document's date, which the plan holds: repeating the plan must not change the request.
func expiry(plan pipeline.Plan) time.Time {
	day, err := time.Parse(time.DateOnly, plan.Values["document.date"])
	if err != nil {
		return time.Time{}
	}
	return day.Add(24*time.Hour + plan.Expiry)
}

func authentication(a pipeline.Authentication) signingv1.Signer_Authentication {
	switch a {
	case pipeline.AuthenticationNone:
		return signingv1.Signer_AUTHENTICATION_NONE
	case pipeline.AuthenticationEmail:
		return signingv1.Signer_AUTHENTICATION_EMAIL_CODE
	case pipeline.AuthenticationSMS:
		return signingv1.Signer_AUTHENTICATION_SMS_CODE
	}
	return signingv1.Signer_AUTHENTICATION_UNSPECIFIED
}
