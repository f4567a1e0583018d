package pipeline

func german() phrases {
	return phrases{
		sent:         "„{title}“ ist zur Unterschrift unterwegs ({level}, {provider}).",
		opened:       "{who} hat „{title}“ geöffnet.",
		signerSigned: "{who} hat „{title}“ unterschrieben.",
		completed:    "„{title}“ ist von allen unterschrieben ({level}, {provider}). {verdict}",
		declined:     "{who} hat „{title}“ abgelehnt.{reason}",
		expired:      "„{title}“ wurde nicht rechtzeitig unterschrieben und ist zurückgezogen.",
		canceled:     "„{title}“ wurde zurückgezogen.{reason}",
		ended:        "„{title}“ ist ohne Unterschriften zu Ende. {cause}",
		proofFailed:  "„{title}“ kam unterschrieben zurück, aber die Prüfung ist nicht bestanden. {verdict} {cause}",

		changed:  "{who} wurde bei {provider} selbst geändert.",
		reissued: "Ein neuer Versuch für „{title}“ wurde anderswo gestartet. Diese Karte verfolgt ihn nicht.",

		bouncedTask:        "Die Einladung an {who} war nicht zustellbar. Bitte die E-Mail-Adresse prüfen.",
		identificationTask: "{who} konnte von {provider} nicht identifiziert werden. Bitte melden und Hilfe anbieten.",
		declinedTask:       "{who} hat „{title}“ abgelehnt. Bitte nachfassen; zum erneuten Versenden den Deal wieder in die Unterschriftsphase ziehen.",
		expiredTask:        "„{title}“ ist ohne Unterschrift abgelaufen. Bitte nachfassen; zum erneuten Versenden den Deal wieder in die Unterschriftsphase ziehen.",
		proofTask:          "Die Prüfung von „{title}“ ist nicht bestanden, der Deal blieb stehen. {cause} Bitte das Dokument ansehen und entscheiden.",
		insufficientTask:   "„{title}“ ist unterschrieben, aber der Nachweis ist schwächer als hier verlangt. Bitte prüfen und den Deal von Hand weiterziehen.",
		lateTask:           "„{title}“ wurde bei {provider} unterschrieben, nachdem die Anfrage beendet war; der Deal blieb stehen. Bitte mit den Unterzeichnenden klären, ob das gilt.",
		refusedTask:        "„{title}“ konnte nicht verschickt werden. {advice}{reason}",
		missingTask:        "Das Dokument kann noch nicht verschickt werden. Bitte ergänzen: {fields}. Danach geht es von selbst hinaus.",

		canceledTask: "„{title}“ ist ohne Unterschriften zu Ende. {cause} Bitte nachfassen; zum erneuten Versand den Deal zurück in die Unterschriftsphase ziehen.",
		fileTask:     "„{title}“ ist unterschrieben, aber das unterschriebene Dokument konnte hier nicht angehängt werden. Bitte an die Administration wenden.",
		stageTask:    "„{title}“ ist unterschrieben, aber der Deal konnte nicht weitergezogen werden. Bitte prüfen und den Deal von Hand weiterziehen.",
		withdrawn:    "Dieses Dokument wurde zurückgezogen.",

		document: "das Dokument", someone: "Eine Person", because: " Grund: ",
		verdicts: map[Verdict]string{
			Proven:        "Nachweis: geprüft.",
			Attested:      "Nachweis: Datei unversehrt, Unterschrift vom Anbieter bestätigt.",
			Indeterminate: "Nachweis: nicht feststellbar.",
			Failed:        "Nachweis: nicht bestanden.",
		},
		fields: map[Field]string{
			FieldContact: "Hauptkontakt", FieldFirstName: "Vorname", FieldLastName: "Nachname", FieldEmail: "E-Mail-Adresse",
			FieldPhone: "Mobilnummer mit Ländervorwahl", FieldCompany: "Firma", FieldPrice: "Preis",
		},
		causes: map[string]string{
			"WITHDRAWN_AT_PROVIDER": "Es wurde bei {provider} selbst zurückgezogen.",
			"ENVELOPE_VANISHED":     "Es gibt es bei {provider} nicht mehr.",
			"PROVIDER_FAILED":       "Ein Fehler bei {provider} hat es beendet.",
			"PROOF_INSUFFICIENT":    "Die Datei beweist nicht, was verlangt war.",
			"LEVEL_LOWERED":         "Eine Unterschrift hat eine niedrigere Stufe als verlangt.",
			"SIGNERS_DIFFER":        "Unterschrieben haben andere als die, die gefragt waren.",
			"DOCUMENT_DELETED":      "Ein Dokument dazu ist nicht mehr im Archiv.",
		},
		advice: advice{
			name:     "Bitte Vor- und Nachname des Kontakts prüfen.",
			email:    "Bitte die E-Mail-Adresse des Kontakts prüfen.",
			phone:    "Bitte die Mobilnummer des Kontakts mit Ländervorwahl ergänzen.",
			level:    "Der Anbieter bietet die verlangte Art der Unterschrift nicht an. Bitte an die Administration wenden.",
			document: "Das Dokument oder sein Titel wurde nicht angenommen. Bitte an die Administration wenden.",
			setup:    "Die Einrichtung der Unterschriften muss geprüft werden. Bitte an die Administration wenden.",
			nobody:   "Kein Anbieter kann es so annehmen. Bitte Name, E-Mail-Adresse und Telefonnummer des Kontakts prüfen oder sich an die Administration wenden.",
			other:    "Der Anbieter hat es nicht angenommen. Bitte die Daten des Kontakts prüfen.",
		},
	}
}
