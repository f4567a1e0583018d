package signature

import "fmt"

// RefusalReason names why a request cannot be sent. The names are those of the contract's ErrorReason.
type RefusalReason string

// The refusal reasons.
const (
	ReasonLevelNotOffered          RefusalReason = "LEVEL_NOT_OFFERED"
	ReasonLegislationNotOffered    RefusalReason = "LEGISLATION_NOT_OFFERED"
	ReasonAuthenticationNotOffered RefusalReason = "AUTHENTICATION_NOT_OFFERED"
	ReasonLanguageNotOffered       RefusalReason = "LANGUAGE_NOT_OFFERED"
	ReasonOrderNotOffered          RefusalReason = "ORDER_NOT_OFFERED"
	ReasonTooManySigners           RefusalReason = "TOO_MANY_SIGNERS"
	ReasonDocumentTooLarge         RefusalReason = "DOCUMENT_TOO_LARGE"
	ReasonDocumentRejected         RefusalReason = "DOCUMENT_REJECTED"
	ReasonSignatureFieldMissing    RefusalReason = "SIGNATURE_FIELD_MISSING"
	ReasonSignerNameInvalid        RefusalReason = "SIGNER_NAME_INVALID"
	ReasonSignerEmailInvalid       RefusalReason = "SIGNER_EMAIL_INVALID"
	ReasonSignerPhoneRequired      RefusalReason = "SIGNER_PHONE_REQUIRED"
	ReasonTitleInvalid             RefusalReason = "TITLE_INVALID"
	ReasonExpiryInvalid            RefusalReason = "EXPIRY_INVALID"
	ReasonProviderRejected         RefusalReason = "PROVIDER_REJECTED"
	ReasonProviderMisconfigured    RefusalReason = "PROVIDER_MISCONFIGURED"
	ReasonProviderUnknown          RefusalReason = "PROVIDER_UNKNOWN"
	ReasonTemplateRejected         RefusalReason = "TEMPLATE_REJECTED"
	ReasonNoProvider               RefusalReason = "NO_PROVIDER"
	ReasonSubjectNotOffered        RefusalReason = "SUBJECT_NOT_OFFERED"
	ReasonMessageInvalid           RefusalReason = "MESSAGE_INVALID"
	ReasonTranslationNotOffered    RefusalReason = "TRANSLATION_NOT_OFFERED"
	ReasonBrandNotOffered          RefusalReason = "BRAND_NOT_OFFERED"
	ReasonRedirectNotOffered       RefusalReason = "REDIRECT_NOT_OFFERED"
	ReasonObserverNotOffered       RefusalReason = "OBSERVER_NOT_OFFERED"
	ReasonAttachmentNotOffered     RefusalReason = "ATTACHMENT_NOT_OFFERED"
	ReasonTemplateNotOffered       RefusalReason = "TEMPLATE_NOT_OFFERED"
	ReasonProviderTemplateRejected RefusalReason = "PROVIDER_TEMPLATE_REJECTED"
	ReasonDeliveryNotOffered       RefusalReason = "DELIVERY_NOT_OFFERED"
	ReasonReminderNotOffered       RefusalReason = "REMINDER_NOT_OFFERED"
	ReasonRegionNotOffered         RefusalReason = "REGION_NOT_OFFERED"
	ReasonVerdictNotOffered        RefusalReason = "VERDICT_NOT_OFFERED"
)

// NeedsDocument tells of a refusal that cannot be judged before the document is there: it is judged again then.
func (r RefusalReason) NeedsDocument() bool {
	return r == ReasonSignatureFieldMissing || r == ReasonDocumentTooLarge || r == ReasonDocumentRejected
}

// Reasons of an end that somebody else brought about; they stand in Request.StateReason alone.
const (
	ReasonWithdrawnAtProvider = "WITHDRAWN_AT_PROVIDER"
	ReasonEnvelopeVanished    = "ENVELOPE_VANISHED"
	ReasonSignersDiffer       = "SIGNERS_DIFFER"
)

// Refusal says why a request cannot be sent. Detail is safe to show to a person; Field names the input at fault in the
// contract's words, such as "signers[0].phone_number", and may be empty.
type Refusal struct {
	Reason RefusalReason
	Field  string
	Detail string
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("refused: %s: %s", r.Reason, r.Detail)
}
