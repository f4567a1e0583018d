package skribble

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

func (s *Simulator) createRequest(c *call) (answer, error) {
	in, err := decode[createInput](s, c)
	if err != nil {
		return answer{}, err
	}
	if err := s.checkCreate(in); err != nil {
		return answer{}, err
	}
	d, stored, err := s.sourceDocument(c, in)
	if err != nil {
		return answer{}, err
	}
	r := s.newRequest(c, in, d)
	for _, entry := range in.Signatures {
		if err := entry.check(r.Quality, d); err != nil {
			if stored {
				s.removeDocument(d.ID)
			}
			return answer{}, err
		}
		s.warnSigner(c, r.Quality, entry)
		r.Signatures = append(r.Signatures, s.newSignature(r.ID, entry))
	}
	if len(r.Signatures) == 0 {
		s.warn(c, "the request has no signers")
	}
	s.requests[r.ID] = r
	s.order = append(s.order, r.ID)
	s.grantReading(r)
	if in.ExpiresAt != nil {
		s.later(time.Time(*r.ExpiresAt).Sub(s.clock.Now()), func() { s.expire(r) })
	}
	s.act(r, action{Name: "CREATED", actor: c.user, Documents: s.digests(r)})
	s.invite(r)
	return s.showRequest(r)
}

// checkCreate refuses what can be refused before the document is looked at.
func (s *Simulator) checkCreate(in createInput) error {
	if err := checkTitle(in.Title); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	sources := 0
	for _, given := range []*string{in.Content, in.FileURL, in.DocumentID} {
		if given != nil {
			sources++
		}
	}
	if sources != 1 {
		return invalid("exactly one of content, file_url and document_id is required")
	}
	if in.ExpiresAt != nil {
		if !s.settings.ExpiresAt {
			return notEnabled("expires_at")
		}
		if !in.ExpiresAt.After(s.clock.Now()) {
			return invalid("expires_at must be in the future")
		}
	}
	people := slices.Clone(in.WriteAccess)
	if in.Creator != nil {
		people = append(people, *in.Creator)
	}
	if !s.settings.DropStrangers {
		people = append(people, in.Observers...)
	}
	return s.checkAccounts(people)
}

// checkAccounts refuses people the vendor does not know.
func (s *Simulator) checkAccounts(people []string) error {
	for _, p := range people {
		if !s.known(p) {
			return refuse(http.StatusBadRequest, "User does not exist")
		}
	}
	return nil
}

func (s *Simulator) known(person string) bool {
	_, account := s.accounts[strings.ToLower(person)]
	_, user := s.cfg.Users[person]
	return account || user
}

// sourceDocument returns the document to sign and whether this call has just stored it.
func (s *Simulator) sourceDocument(c *call, in createInput) (d *document, stored bool, err error) {
	if in.DocumentID != nil { // one on its way out is as good as gone
		if d, err = s.readable(*in.DocumentID, c.user); err == nil && d.leaving {
			err = notFound("Document")
		}
		return d, false, err
	}
	pdf, err := s.readSource(in.source)
	if err != nil {
		return nil, false, err
	}
	d, err = s.store(*in.Title, c.user, pdf)
	return d, err == nil, err
}

func (s *Simulator) newRequest(c *call, in createInput, d *document) *signatureRequest {
	r := &signatureRequest{
		ID: newID(), DocumentID: d.ID, Business: s.business, Status: statusOpen, Quality: qualityQES,
		Legislation: "ZERTES", Signatures: []*signature{}, Attachments: []*attachment{}, Observers: []string{},
		Owner: c.user, apiUser: c.user, ReadAccess: []string{c.user}, WriteAccess: []string{c.user},
		CreatedAt: s.now(), UpdatedAt: s.now(), versions: []string{d.ID},
	}
	r.SigningURL = s.cfg.BaseURL + "/view/" + r.ID
	in.apply(r)
	if in.Legislation == nil && (r.Quality == qualityQES || r.Quality == qualityAESMinimal) {
		s.warn(c, "no legislation: the default is ZERTES, Swiss law")
	}
	if in.Creator != nil {
		r.Owner = *in.Creator
	}
	if in.ExpiresAt != nil {
		at := stamp(*in.ExpiresAt)
		r.ExpiresAt = &at
	}
	if days := s.settings.RetentionDays; days > 0 {
		r.DeletionDate = time.Time(d.CreatedAt).UTC().AddDate(0, 0, days).Format(time.DateOnly)
	}
	r.WriteAccess = merge(r.WriteAccess, append([]string{r.Owner}, in.WriteAccess...))
	r.Observers = s.observers(in.Observers)
	return r
}

// observers keeps those with an account.
func (s *Simulator) observers(addresses []string) []string {
	list := []string{}
	for _, a := range addresses {
		if s.known(a) {
			list = append(list, strings.ToLower(a))
		}
	}
	return list
}

// grantReading lists everybody in the request who may see it.
func (s *Simulator) grantReading(r *signatureRequest) {
	r.ReadAccess = merge(r.ReadAccess, append(slices.Clone(r.WriteAccess), r.Observers...))
	for _, g := range r.Signatures {
		r.ReadAccess = merge(r.ReadAccess, []string{g.Account})
	}
}

// merge adds the names that are not there yet.
func merge(to, names []string) []string {
	for _, n := range names {
		if !slices.Contains(to, n) {
			to = append(to, n)
		}
	}
	return to
}
