package skribble

import (
	"net/http"
	"slices"
)

// updateRequest changes the fields that were sent; signatures replaces the whole list.
func (s *Simulator) updateRequest(c *call) (answer, error) {
	in, err := decode[updateInput](s, c)
	if err != nil {
		return answer{}, err
	}
	if in.ID == "" {
		return answer{}, invalid("id must not be blank")
	}
	r, err := s.visible(in.ID, c.user)
	if err != nil {
		return answer{}, err
	}
	if err := s.checkUpdate(r, in); err != nil {
		return answer{}, err
	}
	in.apply(r)
	if in.Signatures != nil {
		s.replaceSigners(r, in.Signatures)
	}
	if in.Observers != nil {
		r.Observers = s.observers(in.Observers)
	}
	if in.WriteAccess != nil {
		r.WriteAccess = merge([]string{r.apiUser}, in.WriteAccess)
	}
	if in.ReadAccess != nil {
		r.ReadAccess = merge([]string{r.apiUser}, in.ReadAccess)
	}
	s.grantReading(r)
	s.act(r, action{Name: "UPDATED", actor: c.user})
	s.invite(r)
	return s.showRequest(r)
}

func (s *Simulator) checkUpdate(r *signatureRequest, in updateInput) error {
	if err := r.mustBeOpen(); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	if in.Signatures != nil && r.begun() {
		return refuse(http.StatusBadRequest, "Signers cannot be changed once somebody has signed")
	}
	quality := r.Quality
	if in.Quality != nil && quality != qualityDemo {
		quality = *in.Quality
	}
	for _, entry := range in.Signatures {
		if err := entry.check(quality, s.documents[r.DocumentID]); err != nil {
			return err
		}
	}
	people := slices.Clone(in.WriteAccess)
	if !s.settings.DropStrangers {
		people = append(people, in.Observers...)
	}
	return s.checkAccounts(people)
}

// replaceSigners keeps the signatures of people who stay, so that nobody is invited twice, and drops all others.
func (s *Simulator) replaceSigners(r *signatureRequest, entries []signer) {
	old := r.Signatures
	r.Signatures = []*signature{}
	for _, entry := range entries {
		g := s.newSignature(r.ID, entry)
		i := slices.IndexFunc(old, func(o *signature) bool { return entry.names(o) })
		if i >= 0 {
			same := old[i]
			g.SID, g.invited, g.LastViewedAt = same.SID, same.invited, same.LastViewedAt
			g.Account, g.SigningURL, g.Identity = same.Account, same.SigningURL, keepIdentity(same, g)
			old = slices.Delete(old, i, i+1)
		}
		r.Signatures = append(r.Signatures, g)
	}
	for _, gone := range old {
		r.ReadAccess = slices.DeleteFunc(r.ReadAccess, func(name string) bool { return name == gone.Account })
	}
}

// keepIdentity prefers what was sent now over what was known, but a guest never loses the address.
func keepIdentity(old, sent *signature) *identity {
	if sent.Identity == nil {
		return old.Identity
	}
	return sent.Identity
}

// names reports whether an entry means the person of an existing signature.
func (in signer) names(g *signature) bool {
	return in.Account != nil && g.is(*in.Account) || in.Identity != nil && g.is(in.Identity.Email)
}

func (s *Simulator) addSigner(c *call) (answer, error) {
	in, err := decode[signer](s, c)
	if err != nil {
		return answer{}, err
	}
	r, err := s.open(c)
	if err != nil {
		return answer{}, err
	}
	if err := in.check(r.Quality, s.documents[r.DocumentID]); err != nil {
		return answer{}, err
	}
	if r.begun() {
		return answer{}, refuse(http.StatusBadRequest, "Signers cannot be changed once somebody has signed")
	}
	s.warnSigner(c, r.Quality, in)
	r.Signatures = append(r.Signatures, s.newSignature(r.ID, in))
	s.grantReading(r)
	s.act(r, action{Name: "SIGNERS_ADDED", actor: c.user})
	s.invite(r)
	return s.showRequest(r)
}

func (s *Simulator) removeSigner(c *call) (answer, error) {
	r, err := s.open(c)
	if err != nil {
		return answer{}, err
	}
	g := r.signature(c.r.PathValue("sid"))
	if g == nil {
		return answer{}, notFound("Signature")
	}
	if r.begun() {
		return answer{}, refuse(http.StatusBadRequest, "Signers cannot be changed once somebody has signed")
	}
	r.Signatures = slices.DeleteFunc(r.Signatures, func(o *signature) bool { return o == g })
	r.ReadAccess = slices.DeleteFunc(r.ReadAccess, func(name string) bool { return name == g.Account })
	s.act(r, action{Name: "SIGNERS_REMOVED", actor: c.user})
	s.invite(r)
	return s.deleted(), nil
}
