package proof

// checkSigners asks whether every expected person signed, and nobody else. Who is named by no certificate must be
// covered by a seal, which never suffices for a qualified signature.
func (e *examination) checkSigners() bool {
	personal, sealed, open := e.parties()
	if len(e.request.Signers) == 0 {
		if e.signing = personal; !open { // whoever is not trusted may be a signer too
			e.level = e.lowest(personal)
		}
		e.note(CheckSigners, CheckNotApplicable, notAsked, "no names were given; whoever signed is described with the signatures")
		return true
	}
	people := peopleOf(personal)
	matched := match(e.request.Signers, people)
	missing := 0
	for _, i := range matched {
		if i < 0 {
			missing++
		} else {
			e.signing = append(e.signing, people[i]...)
		}
	}
	if missing == 0 {
		e.level = e.lowest(e.signing)
	} else {
		e.signing = nil
	}
	e.noteOn(-1, e.signersFinding(len(people)-len(matched)+missing, missing, sealed, open))
	return true
}

// signersFinding judges how many signers are missing and how many people signed who are none of them.
func (e *examination) signersFinding(others, missing int, sealed, open bool) Finding {
	qualified := e.request.Level == levelQES
	f := Finding{Check: CheckSigners, Outcome: CheckIndeterminate}
	switch {
	case others > 0:
		f.Reason = "UNEXPECTED_SIGNER"
		f.Detail = "a certificate names a person who was not to sign, or a name is written differently"
		if qualified && missing > 0 && !open {
			f.Outcome = CheckFailed
		}
	case missing == 0:
		f.Outcome, f.Reason = CheckPassed, "EVERY_SIGNER_NAMED"
		f.Detail = "a trusted certificate names every signer"
	case open:
		f.Reason = "SIGNERS_UNDECIDED"
		f.Detail = "a signature that is not trusted may be that of a missing signer"
	case sealed && !qualified:
		f.Outcome, f.Reason = CheckNotApplicable, "SEAL_ONLY"
		f.Detail = "a seal covers the document; who signed is not in the file"
	default:
		f.Reason = "SIGNER_MISSING"
		f.Detail = "no certificate names one of the signers"
		if qualified {
			f.Outcome = CheckFailed
		}
	}
	return f
}

// parties sorts the signatures: trusted personal ones, whether the last word is a trusted seal's, and whether one is
// left whose certificate could not be judged.
func (e *examination) parties() (personal []*signature, sealed, open bool) {
	for _, s := range e.signatures {
		switch {
		case s.stamp:
		case s.holder.personal && s.holder.level(e.request.Legislation) != "":
			personal = append(personal, s)
		case s.holder.sealed():
			sealed = true
		default:
			open = true
		}
	}
	return personal, sealed, open
}

// peopleOf puts the signatures of one person together: whoever signs twice is one signer. A subject names one person of
// its issuer (ETSI EN 319 412-2, 4.2.4).
func peopleOf(personal []*signature) [][]*signature {
	var people [][]*signature
	place := map[string]int{}
	for _, s := range personal {
		c := s.message.Signer
		key := string(c.RawIssuer) + string(c.RawSubject)
		i, known := place[key]
		if !known {
			i = len(people)
			place[key], people = i, append(people, nil)
		}
		people[i] = append(people[i], s)
	}
	return people
}

// match gives each signer a person that his name fits, as many signers as possible: the result holds indexes into people,
// -1 for a signer without one.
func match(signers []Signer, people [][]*signature) []int {
	owner := make([]int, len(people)) // signer index + 1
	var place func(signer int, tried []bool) bool
	place = func(signer int, tried []bool) bool {
		for i, p := range people {
			if tried[i] || !p[0].holder.names(signers[signer]) {
				continue
			}
			tried[i] = true
			if owner[i] == 0 || place(owner[i]-1, tried) {
				owner[i] = signer + 1
				return true
			}
		}
		return false
	}
	for i := range signers {
		place(i, make([]bool, len(people)))
	}
	matched := make([]int, len(signers))
	for i := range matched {
		matched[i] = -1
	}
	for i, o := range owner {
		if o > 0 {
			matched[o-1] = i
		}
	}
	return matched
}
