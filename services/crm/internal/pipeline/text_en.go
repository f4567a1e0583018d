package pipeline

func english() phrases {
	return phrases{
		sent:         "“{title}” is out for signature ({level}, {provider}).",
		opened:       "{who} has opened “{title}”.",
		signerSigned: "{who} has signed “{title}”.",
		completed:    "“{title}” is signed by everyone ({level}, {provider}). {verdict}",
		declined:     "{who} has declined “{title}”.{reason}",
		expired:      "“{title}” was not signed in time and is withdrawn.",
		canceled:     "“{title}” was withdrawn.{reason}",
		ended:        "“{title}” has ended without its signatures. {cause}",
		proofFailed:  "“{title}” came back signed, but its proof did not pass. {verdict} {cause}",

		changed:  "{who} was changed at {provider} itself.",
		reissued: "A new attempt for “{title}” was started elsewhere. This card does not follow it.",

		bouncedTask:        "The invitation to {who} could not be delivered. Please check the e-mail address.",
		identificationTask: "{who} could not be identified by {provider}. Please get in touch and offer help.",
		declinedTask:       "{who} has declined “{title}”. Please follow up; to send it again, move the deal back to the signing stage.",
		expiredTask:        "“{title}” has expired unsigned. Please follow up; to send it again, move the deal back to the signing stage.",
		proofTask:          "The proof of “{title}” did not pass, so the deal was not moved. {cause} Please check the document and decide.",
		insufficientTask:   "“{title}” is signed, but its proof is weaker than this stage demands. Please check and move the deal by hand.",
		lateTask:           "“{title}” was signed at {provider} after the request had ended; nothing was moved. Please decide with the signers whether it counts.",
		refusedTask:        "“{title}” could not be sent. {advice}{reason}",
		missingTask:        "The document cannot be sent yet. Please fill in: {fields}. It then goes out by itself.",

		canceledTask: "“{title}” has ended without its signatures. {cause} Please follow up; to send it again, move the deal back to the signing stage.",
		fileTask:     "“{title}” is signed, but the signed document could not be attached here. Please ask your administrator.",
		stageTask:    "“{title}” is signed, but the deal could not be moved. Please check and move the deal by hand.",
		withdrawn:    "This document has been withdrawn.",

		document: "the document", someone: "A signer", because: " Reason: ",
		verdicts: map[Verdict]string{
			Proven:        "Proof: verified.",
			Attested:      "Proof: file intact, signing attested by the provider.",
			Indeterminate: "Proof: could not be determined.",
			Failed:        "Proof: failed.",
		},
		fields: map[Field]string{
			FieldContact: "main contact", FieldFirstName: "first name", FieldLastName: "last name", FieldEmail: "e-mail address",
			FieldPhone: "mobile number with country code", FieldCompany: "company", FieldPrice: "price",
		},
		causes: map[string]string{
			"WITHDRAWN_AT_PROVIDER": "It was withdrawn at {provider} itself.",
			"ENVELOPE_VANISHED":     "It no longer exists at {provider}.",
			"PROVIDER_FAILED":       "A failure at {provider} ended it.",
			"PROOF_INSUFFICIENT":    "The file does not prove what was asked for.",
			"LEVEL_LOWERED":         "A signature has a lower level than asked for.",
			"SIGNERS_DIFFER":        "Other people have signed than those who were asked to.",
			"DOCUMENT_DELETED":      "A document of it is no longer in the archive.",
		},
		advice: advice{
			name:     "Please check the contact's first and last name.",
			email:    "Please check the contact's e-mail address.",
			phone:    "Please add the contact's mobile number with country code.",
			level:    "The provider does not offer the requested kind of signature. Please ask your administrator.",
			document: "The document or its title was not accepted. Please ask your administrator.",
			setup:    "The signing setup needs attention. Please ask your administrator.",
			nobody:   "No provider can take it as it is. Please check the contact's name, e-mail address and phone number, or ask your administrator.",
			other:    "The provider did not accept it. Please check the contact's data.",
		},
	}
}
