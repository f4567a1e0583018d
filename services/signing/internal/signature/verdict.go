package signature

// Verdict is what the proof of a signed document adds up to.
type Verdict string

// The verdicts, strongest first.
const (
	Proven             Verdict = "PROVEN"
	AttestedByProvider Verdict = "ATTESTED_BY_PROVIDER"
	Indeterminate      Verdict = "INDETERMINATE"
	Failed             Verdict = "FAILED"
)

// Satisfies tells whether a proof with this verdict is enough where required is the weakest allowed one. Nothing but
// PROVEN and ATTESTED_BY_PROVIDER ever is.
func (v Verdict) Satisfies(required Verdict) bool {
	return v == Proven || v == AttestedByProvider && required == AttestedByProvider
}

// NormalVerdict is the weakest allowed one where the caller does not say: only a qualified signature can be counted on to
// show its signer in the file, lower ones may carry the provider's seal.
func NormalVerdict(level Level) Verdict {
	if level == QES {
		return Proven
	}
	return AttestedByProvider
}
