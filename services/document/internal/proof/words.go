package proof

// inWords says of a finding about a path to an anchor what is, where its reason is one that a path has; other findings
// have their words already. when is such as "at the time of signing".
func (f Finding) inWords(subject, when string) Finding {
	switch f.Reason {
	case "TRUSTED":
		f.Detail = subject + " leads to a trusted anchor and was valid " + when
	case "ISSUER_UNKNOWN":
		f.Detail = subject + " leads to no trusted anchor"
	case notValidThen:
		f.Detail = subject + ", or an authority above it, was not valid " + when
	case "EXTENDED_KEY_USAGE_WRONG":
		f.Detail = subject + ", or an authority above it, is for another use"
	case "CHAIN_INVALID":
		f.Detail = subject + " is one that an authority above it may not issue"
	case "ANCHOR_NOT_FOR_THIS":
		f.Detail = subject + " leads to an anchor that is not trusted for this"
	case "SIGNING_TIME_UNPROVEN":
		f.Detail = "the certificate is not valid now, and nothing proves that it was used while it was"
	case "SIGNING_TIME_IN_FUTURE", "TIMESTAMP_IN_FUTURE":
		f.Detail = "the time that is stated lies in the future"
	}
	return f
}

func stampInWords(f Finding) Finding {
	return f.inWords("the timestamp's certificate", "at the time it states")
}
