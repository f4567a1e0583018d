package api

import (
	"cmp"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

const (
	requestPrefix  = "signatureRequests/"
	providerPrefix = "providers/"
)

// toRequest decodes what a caller may set.
func toRequest(in *signingv1.SignatureRequest) signature.Request {
	r := signature.Request{
		Reference: in.GetReference(), Title: in.GetTitle(),
		Text:     signature.MailText{Subject: in.GetSubject(), Message: in.GetMessage()},
		Provider: strings.TrimPrefix(in.GetProvider(), providerPrefix), Level: toLevel(in.GetLevel()),
		Legislation: toLegislation(in.GetLegislation()), Language: in.GetLanguage(),
		RequiredVerdict: toVerdict(in), Attachments: in.GetAttachments(), Brand: in.GetBrand(), Labels: in.GetLabels(),
		CallerDelivers: in.GetDelivery() == signingv1.SignatureRequest_DELIVERY_CALLER, Attempt: 1,
		Reminders: signature.Reminders{
			Days: int(in.GetReminders().GetIntervalDays()), Most: int(in.GetReminders().GetMaxReminders()),
		},
		Redirects: signature.Redirects{
			Success: in.GetRedirects().GetSuccessUrl(), Decline: in.GetRedirects().GetDeclineUrl(),
			Error: in.GetRedirects().GetErrorUrl(),
		},
	}
	for language, text := range in.GetTranslations() {
		if r.Translations == nil {
			r.Translations = map[string]signature.MailText{}
		}
		r.Translations[language] = signature.MailText{Subject: text.GetSubject(), Message: text.GetMessage()}
	}
	for _, o := range in.GetObservers() {
		r.Observers = append(r.Observers, signature.Observer{Email: o.GetEmail(), Language: cmp.Or(o.GetLanguage(), r.Language)})
	}
	r.Routing = signature.Routing{
		Region: signature.Region(in.GetRouting().GetRegion()), Sandbox: in.GetRouting().GetSandbox(),
	}
	for _, name := range in.GetRouting().GetProviders() {
		r.Routing.Providers = append(r.Routing.Providers, strings.TrimPrefix(name, providerPrefix))
	}
	if in.GetExpireTime() != nil {
		r.ExpireTime = in.GetExpireTime().AsTime()
	}
	r.Source.Document = in.GetSourceDocument()
	if t := in.GetTemplate(); t != nil {
		r.Source = signature.Source{Template: t.GetTemplate(), Language: t.GetLanguage(), Values: t.GetValues()}
	}
	if t := in.GetProviderTemplate(); t != nil {
		r.Source = signature.Source{ProviderTemplate: t.GetTemplate(), Values: t.GetValues()}
	}
	for _, s := range in.GetSigners() {
		r.Signers = append(r.Signers, toSigner(s, r.Language))
	}
	return r
}

// toVerdict is the weakest proof that a caller accepts. A word that is none of the two asks for the strongest.
func toVerdict(in *signingv1.SignatureRequest) signature.Verdict {
	switch in.GetRequiredVerdict() {
	case documentv1.Proof_VERDICT_UNSPECIFIED:
		return signature.NormalVerdict(toLevel(in.GetLevel()))
	case documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER:
		return signature.AttestedByProvider
	}
	return signature.Proven
}

func toSigner(in *signingv1.Signer, language string) signature.Signer {
	s := signature.Signer{
		Role: in.GetRole(), FirstName: in.GetFirstName(), LastName: in.GetLastName(), Email: in.GetEmail(),
		Phone: in.GetPhoneNumber(), Language: in.GetLanguage(), Order: int(in.GetOrderGroup()),
		Authentication: authentications()[in.GetAuthentication()], OwnCompany: in.GetOwnCompany(),
	}
	if s.Language == "" {
		s.Language = language
	}
	return s
}

func authentications() map[signingv1.Signer_Authentication]signature.Authentication {
	return map[signingv1.Signer_Authentication]signature.Authentication{
		signingv1.Signer_AUTHENTICATION_UNSPECIFIED: signature.AuthenticationDefault,
		signingv1.Signer_AUTHENTICATION_NONE:        signature.AuthenticationNone,
		signingv1.Signer_AUTHENTICATION_EMAIL_CODE:  signature.AuthenticationEmail,
		signingv1.Signer_AUTHENTICATION_SMS_CODE:    signature.AuthenticationSMS,
	}
}

func fromAuthentication(a signature.Authentication) signingv1.Signer_Authentication {
	for wire, own := range authentications() {
		if own == a {
			return wire
		}
	}
	return signingv1.Signer_AUTHENTICATION_UNSPECIFIED
}

// fromRequest encodes a request as it is at a time.
func fromRequest(r signature.Request, now time.Time) *signingv1.SignatureRequest {
	out := &signingv1.SignatureRequest{
		Name: requestPrefix + r.ID, State: fromState(r.State), Title: r.Title, Message: r.Text.Message, Subject: r.Text.Subject,
		Provider: providerName(r.Provider), Level: fromLevel(r.Level), Legislation: fromLegislation(r.Legislation),
		Language: r.Language, ExpireTime: timestamppb.New(r.ExpireTime), RequiredVerdict: fromVerdict(r.RequiredVerdict),
		Reference: r.Reference, ProviderReference: r.Envelope, Document: r.Document, SignedDocument: r.SignedDocument,
		AuditTrail: r.AuditTrail, Verdict: fromVerdict(r.Verdict), ProvenLevel: fromLevel(r.ProvenLevel),
		StateReason: r.StateReason, StateDetail: r.StateDetail, CreateTime: timestamppb.New(r.CreateTime),
		UpdateTime: timestamppb.New(r.UpdateTime), NextAction: signature.NextAction(r, now),
		EvidencePackage: r.EvidencePackage, Attachments: r.Attachments, Brand: r.Brand, Labels: r.Labels,
		Attempt: int32(r.Attempt), PreviousAttempt: nameOf(r.PreviousAttempt), NextAttempt: nameOf(r.NextAttempt),
		Source: &signingv1.SignatureRequest_SourceDocument{SourceDocument: r.Source.Document},
	}
	if r.Source.Template != "" {
		out.Source = &signingv1.SignatureRequest_Template{Template: &signingv1.TemplateSource{
			Template: r.Source.Template, Language: r.Source.Language, Values: r.Source.Values,
		}}
	}
	if r.Source.ProviderTemplate != "" {
		out.Source = &signingv1.SignatureRequest_ProviderTemplate{ProviderTemplate: &signingv1.ProviderTemplateSource{
			Template: r.Source.ProviderTemplate, Values: r.Source.Values,
		}}
	}
	fromInvitation(r, out)
	for _, s := range r.Signers {
		out.Signers = append(out.Signers, fromSigner(s))
	}
	return out
}

// fromInvitation encodes how the signers are invited, reminded and led on.
func fromInvitation(r signature.Request, out *signingv1.SignatureRequest) {
	out.Delivery = signingv1.SignatureRequest_DELIVERY_PROVIDER
	if r.CallerDelivers {
		out.Delivery = signingv1.SignatureRequest_DELIVERY_CALLER
	}
	if r.Routed {
		out.Routing = &signingv1.Routing{Region: string(r.Routing.Region), Sandbox: r.Routing.Sandbox}
		for _, id := range r.Routing.Providers {
			out.Routing.Providers = append(out.Routing.Providers, providerPrefix+id)
		}
	}
	for language, text := range r.Translations {
		if out.Translations == nil {
			out.Translations = map[string]*signingv1.MailText{}
		}
		out.Translations[language] = &signingv1.MailText{Subject: text.Subject, Message: text.Message}
	}
	for _, o := range r.Observers {
		out.Observers = append(out.Observers, &signingv1.Observer{Email: o.Email, Language: o.Language})
	}
	if r.Reminders != (signature.Reminders{}) {
		out.Reminders = &signingv1.Reminders{IntervalDays: int32(r.Reminders.Days), MaxReminders: int32(r.Reminders.Most)}
	}
	if r.Redirects != (signature.Redirects{}) {
		out.Redirects = &signingv1.Redirects{
			SuccessUrl: r.Redirects.Success, DeclineUrl: r.Redirects.Decline, ErrorUrl: r.Redirects.Error,
		}
	}
	if !r.EraseTime.IsZero() {
		out.EraseTime = timestamppb.New(r.EraseTime)
	}
}

func providerName(id string) string {
	if id == "" {
		return ""
	}
	return providerPrefix + id
}

// nameOf is the resource name of a request; empty where there is none.
func nameOf(id string) string {
	if id == "" {
		return ""
	}
	return requestPrefix + id
}

func fromSigner(s signature.Signer) *signingv1.Signer {
	out := &signingv1.Signer{
		Role: s.Role, FirstName: s.FirstName, LastName: s.LastName, Email: s.Email, PhoneNumber: s.Phone,
		Language: s.Language, OrderGroup: int32(s.Order), OwnCompany: s.OwnCompany, Authentication: fromAuthentication(s.Authentication),
		State: fromSignerState(s.State),
	}
	out.UpdatePending = s.Update != nil
	if !s.SignTime.IsZero() {
		out.SignTime = timestamppb.New(s.SignTime)
	}
	if !s.RemindTime.IsZero() {
		out.RemindTime = timestamppb.New(s.RemindTime)
	}
	return out
}
