package pipeline

func italian() phrases {
	return phrases{
		sent:         "«{title}» è stato inviato per la firma ({level}, {provider}).",
		opened:       "{who} ha aperto «{title}».",
		signerSigned: "{who} ha firmato «{title}».",
		completed:    "«{title}» è stato firmato da tutti ({level}, {provider}). {verdict}",
		declined:     "{who} ha rifiutato «{title}».{reason}",
		expired:      "«{title}» non è stato firmato in tempo ed è stato ritirato.",
		canceled:     "«{title}» è stato ritirato.{reason}",
		ended:        "«{title}» è finito senza le firme. {cause}",
		proofFailed:  "«{title}» è tornato firmato, ma la verifica non è riuscita. {verdict} {cause}",

		changed:  "{who} è stato cambiato direttamente presso {provider}.",
		reissued: "Un nuovo tentativo per «{title}» è stato avviato altrove. Questa scheda non lo segue.",

		bouncedTask:        "L’invito a {who} non è stato recapitato. Si prega di controllare l’indirizzo e-mail.",
		identificationTask: "{provider} non ha potuto identificare {who}. Si prega di contattare la persona e offrire aiuto.",
		declinedTask:       "{who} ha rifiutato «{title}». Si prega di ricontattare; per un nuovo invio, riportare il deal nella fase di firma.",
		expiredTask:        "«{title}» è scaduto senza firma. Si prega di ricontattare; per un nuovo invio, riportare il deal nella fase di firma.",
		proofTask:          "La verifica di «{title}» non è riuscita e il deal non è avanzato. {cause} Si prega di esaminare il documento e decidere.",
		insufficientTask:   "«{title}» è firmato, ma la prova è più debole di quanto richiesto qui. Si prega di verificare e spostare il deal a mano.",
		lateTask:           "«{title}» è stato firmato su {provider} dopo la fine della richiesta; il deal non è avanzato. Si prega di decidere con i firmatari se è valido.",
		refusedTask:        "«{title}» non è stato inviato. {advice}{reason}",
		missingTask:        "Il documento non può ancora partire. Si prega di completare: {fields}. Poi l’invio avviene da solo.",

		canceledTask: "«{title}» è finito senza le firme. {cause} Si prega di ricontattare; per un nuovo invio, riportare il deal nella fase di firma.",
		fileTask:     "«{title}» è firmato, ma il documento firmato non ha potuto essere allegato qui. Si prega di rivolgersi all’amministrazione.",
		stageTask:    "«{title}» è firmato, ma il deal non ha potuto essere spostato. Si prega di verificare e spostare il deal a mano.",
		withdrawn:    "Questo documento è stato ritirato.",

		document: "il documento", someone: "Un firmatario", because: " Motivo: ",
		verdicts: map[Verdict]string{
			Proven:        "Prova: verificata.",
			Attested:      "Prova: file integro, firma attestata dal fornitore.",
			Indeterminate: "Prova: non determinabile.",
			Failed:        "Prova: non superata.",
		},
		fields: map[Field]string{
			FieldContact: "contatto principale", FieldFirstName: "nome", FieldLastName: "cognome", FieldEmail: "indirizzo e-mail",
			FieldPhone: "numero di cellulare con prefisso internazionale", FieldCompany: "azienda", FieldPrice: "prezzo",
		},
		causes: map[string]string{
			"WITHDRAWN_AT_PROVIDER": "È stato ritirato direttamente presso {provider}.",
			"ENVELOPE_VANISHED":     "Non esiste più presso {provider}.",
			"PROVIDER_FAILED":       "Un guasto presso {provider} vi ha posto fine.",
			"PROOF_INSUFFICIENT":    "Il file non prova quanto richiesto.",
			"LEVEL_LOWERED":         "Una firma è di livello inferiore a quello richiesto.",
			"SIGNERS_DIFFER":        "Hanno firmato persone diverse da quelle invitate.",
			"DOCUMENT_DELETED":      "Un documento non è più in archivio.",
		},
		advice: advice{
			name:     "Si prega di controllare nome e cognome del contatto.",
			email:    "Si prega di controllare l’indirizzo e-mail del contatto.",
			phone:    "Si prega di aggiungere il cellulare del contatto con il prefisso internazionale.",
			level:    "Il fornitore non offre il tipo di firma richiesto. Si prega di rivolgersi all’amministrazione.",
			document: "Il documento o il suo titolo non è stato accettato. Si prega di rivolgersi all’amministrazione.",
			setup:    "La configurazione delle firme va controllata. Si prega di rivolgersi all’amministrazione.",
			nobody:   "Nessun fornitore può accettarlo così. Si prega di controllare nome, indirizzo e-mail e telefono del contatto, o di rivolgersi all’amministrazione.",
			other:    "Il fornitore non l’ha accettato. Si prega di controllare i dati del contatto.",
		},
	}
}
