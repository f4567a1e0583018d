package pipeline

func french() phrases {
	return phrases{
		sent:         "« {title} » est parti pour signature ({level}, {provider}).",
		opened:       "{who} a ouvert « {title} ».",
		signerSigned: "{who} a signé « {title} ».",
		completed:    "« {title} » est signé par tous ({level}, {provider}). {verdict}",
		declined:     "{who} a refusé de signer « {title} ».{reason}",
		expired:      "« {title} » n’a pas été signé à temps et a été retiré.",
		canceled:     "« {title} » a été retiré.{reason}",
		ended:        "« {title} » a pris fin sans ses signatures. {cause}",
		proofFailed:  "« {title} » est revenu signé, mais la vérification a échoué. {verdict} {cause}",

		changed:  "{who} a été modifié chez {provider} directement.",
		reissued: "Un nouvel essai pour « {title} » a été lancé ailleurs. Cette fiche ne le suit pas.",

		bouncedTask:        "L’invitation n’a pas pu être remise à {who}. Merci de vérifier l’adresse e-mail.",
		identificationTask: "{provider} n’a pas pu identifier {who}. Merci de prendre contact et de proposer de l’aide.",
		declinedTask:       "{who} a refusé de signer « {title} ». Merci de relancer ; pour renvoyer, ramenez l’affaire à l’étape de signature.",
		expiredTask:        "« {title} » a expiré sans signature. Merci de relancer ; pour renvoyer, ramenez l’affaire à l’étape de signature.",
		proofTask:          "La vérification de « {title} » a échoué, l’affaire n’a pas avancé. {cause} Merci d’examiner le document et de décider.",
		insufficientTask:   "« {title} » est signé, mais la preuve est plus faible qu’exigé ici. Merci de vérifier et d’avancer l’affaire à la main.",
		lateTask:           "« {title} » a été signé chez {provider} après la fin de la demande ; l’affaire n’a pas bougé. Merci de décider avec les signataires si cela compte.",
		refusedTask:        "« {title} » n’a pas pu être envoyé. {advice}{reason}",
		missingTask:        "Le document ne peut pas encore partir. Merci de compléter : {fields}. L’envoi se fera ensuite tout seul.",

		canceledTask: "« {title} » a pris fin sans ses signatures. {cause} Merci de relancer ; pour renvoyer, ramenez l’affaire à l’étape de signature.",
		fileTask:     "« {title} » est signé, mais le document signé n’a pas pu être joint ici. Merci de voir avec l’administrateur.",
		stageTask:    "« {title} » est signé, mais l’affaire n’a pas pu avancer. Merci de vérifier et d’avancer l’affaire à la main.",
		withdrawn:    "Ce document a été retiré.",

		document: "le document", someone: "Un signataire", because: " Motif : ",
		verdicts: map[Verdict]string{
			Proven:        "Preuve : vérifiée.",
			Attested:      "Preuve : fichier intact, signature attestée par le prestataire.",
			Indeterminate: "Preuve : indéterminée.",
			Failed:        "Preuve : échec.",
		},
		fields: map[Field]string{
			FieldContact: "contact principal", FieldFirstName: "prénom", FieldLastName: "nom", FieldEmail: "adresse e-mail",
			FieldPhone: "numéro de mobile avec indicatif du pays", FieldCompany: "entreprise", FieldPrice: "prix",
		},
		causes: map[string]string{
			"WITHDRAWN_AT_PROVIDER": "Le retrait a été fait chez {provider} directement.",
			"ENVELOPE_VANISHED":     "La demande n’existe plus chez {provider}.",
			"PROVIDER_FAILED":       "Une panne chez {provider} y a mis fin.",
			"PROOF_INSUFFICIENT":    "Le fichier ne prouve pas ce qui était demandé.",
			"LEVEL_LOWERED":         "Une signature est d’un niveau inférieur à celui demandé.",
			"SIGNERS_DIFFER":        "D’autres personnes que celles invitées ont signé.",
			"DOCUMENT_DELETED":      "Un document n’est plus dans les archives.",
		},
		advice: advice{
			name:     "Merci de vérifier le prénom et le nom du contact.",
			email:    "Merci de vérifier l’adresse e-mail du contact.",
			phone:    "Merci d’ajouter le numéro de mobile du contact avec l’indicatif du pays.",
			level:    "Le prestataire ne propose pas le type de signature demandé. Merci de voir avec l’administrateur.",
			document: "Le document ou son titre n’a pas été accepté. Merci de voir avec l’administrateur.",
			setup:    "La configuration des signatures est à revoir. Merci de voir avec l’administrateur.",
			nobody:   "Aucun prestataire ne peut l’accepter tel quel. Merci de vérifier le nom, l’adresse e-mail et le numéro du contact, ou de voir avec l’administrateur.",
			other:    "Le prestataire ne l’a pas accepté. Merci de vérifier les données du contact.",
		},
	}
}
