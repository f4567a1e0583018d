package trustlist

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof"
)

// Standing says how the service that issued path[0] stood at a time. The path leads from a certificate upwards; the service
// nearest to the certificate speaks.
func (l *Lists) Standing(path []*x509.Certificate, at time.Time) proof.Standing {
	for _, issuer := range path[min(1, len(path)):] {
		if services := l.find(issuer, serviceCA); len(services) > 0 {
			return judge(services, func(s *service) proof.Standing { return s.standing(path[0], at) })
		}
	}
	return l.unlisted()
}

// Timestamps says how the service that made a timestamp stood at a time. A list names the unit's own certificate or its
// issuer's; the one nearest to the unit speaks.
func (l *Lists) Timestamps(path []*x509.Certificate, at time.Time) proof.Standing {
	for _, c := range path {
		if services := l.find(c, serviceTimestamp); len(services) > 0 {
			return judge(services, func(s *service) proof.Standing { return s.status(serviceTimestamp, at) })
		}
	}
	return l.unlisted()
}

// find returns the services that are of a kind, or were, and have the certificate.
func (l *Lists) find(c *x509.Certificate, kind string) []*service {
	var found []*service
	for _, s := range l.services[identityOf(c)] {
		if slices.ContainsFunc(s.periods, func(p period) bool { return p.kind == kind }) {
			found = append(found, s)
		}
	}
	return found
}

// unlisted answers about an issuer that no list names. It is a no when every state was asked.
func (l *Lists) unlisted() proof.Standing {
	if l.complete {
		return proof.Standing{Reason: proof.ServiceUnlisted}
	}
	return proof.Standing{Granted: open, Signatures: open, Reason: proof.ListsIncomplete}
}

// judge brings together what several entries of one certificate say; lists have them when a service changes hands. Granted
// ones speak first and must agree.
func judge(services []*service, of func(*service) proof.Standing) proof.Standing {
	decides := of(services[0])
	for _, s := range services[1:] {
		one := of(s)
		switch {
		case rank(one.Granted) > rank(decides.Granted):
			decides = one
		case one.Granted == yes && (one.Signatures != decides.Signatures || one.Device != decides.Device):
			decides.Signatures, decides.Device, decides.Reason = open, open, proof.ListsContradict
		}
	}
	return decides
}

func rank(a proof.Answer) int { return slices.Index([]proof.Answer{no, open, yes}, a) }

// status says whether the service was of a kind and granted.
func (s *service) status(kind string, at time.Time) proof.Standing {
	name := strings.TrimPrefix(kind, servicePrefix)
	if at.After(s.list.until) {
		return proof.Standing{Service: name + ", the list has expired", Granted: open, Signatures: open, Reason: proof.ListExpired}
	}
	p := s.at(at)
	if p == nil || p.kind != kind {
		return proof.Standing{Service: name + " not yet", Reason: proof.ServiceNotGranted}
	}
	standing := proof.Standing{Service: name + " " + statusWord(p.status), Reason: proof.ServiceNotGranted}
	if granted(p.status, at) {
		standing.Granted, standing.Reason = yes, proof.ServiceGranted
	}
	return standing
}

// standing says what the service was for the certificate it issued.
func (s *service) standing(c *x509.Certificate, at time.Time) proof.Standing {
	standing := s.status(serviceCA, at)
	if standing.Granted != yes {
		return standing
	}
	q, known := s.at(at).qualifiers(c)
	standing.Signatures, standing.Device = q.signatures(at), q.device(at)
	if standing.Signatures == no {
		standing.Reason = proof.NotForSignatures
	} else if !known || standing.Signatures == open || q.contradicts() {
		standing.Signatures, standing.Device, standing.Reason = open, open, proof.CriteriaUnknown
	}
	return standing
}

// qualifiers are the last parts of the identifiers that apply to a certificate (TS 119 612, 5.5.9.2.3 and 5.5.9.4), the
// service's own among them.
type qualifiers map[string]bool

// qualifiers gathers what the list says of certificates such as this one; known is false when there is something that
// could not be understood.
func (p *period) qualifiers(c *x509.Certificate) (q qualifiers, known bool) {
	q, known = qualifiers{}, true
	for _, e := range p.extensions {
		for _, a := range e.Additional {
			if strings.TrimSpace(a.URI) == forSignatures {
				q["ForeSignatures"] = true
			}
		}
		for _, x := range e.Qualified {
			known = q.add(x, c) && known
		}
		if critical, isBool := boolean(e.Critical); len(e.Other) > 0 && (critical || !isBool && e.Critical != "") {
			known = false
		}
	}
	return q, known
}

func (q qualifiers) add(x xmlQualification, c *x509.Certificate) (known bool) {
	known = true
	for _, e := range x.Elements {
		switch e.Criteria.fits(c) {
		case open:
			known = false
		case yes:
			for _, one := range e.Qualifiers {
				word, standard := strings.CutPrefix(strings.TrimSpace(one.URI), extensionPrefix)
				q[word] = true
				known = known && standard && slices.Contains(understood(), word)
			}
		}
	}
	return known
}

func understood() []string {
	return []string{"QCStatement", "NotQualified", "QCForESig", "QCForESeal", "QCForWSA", "QCForLegalPerson", "QCWithSSCD",
		"QCNoSSCD", "QCSSCDStatusAsInCert", "QCWithQSCD", "QCNoQSCD", "QCQSCDStatusAsInCert", "QCQSCDManagedOnBehalf"}
}

// signatures says whether the certificate is qualified for signatures of persons as far as the list goes. The certificate's
// own claims come on top: what a list adds to them is not used, what it takes away is.
func (q qualifiers) signatures(at time.Time) proof.Answer {
	other := q["QCForESeal"] || q["QCForWSA"] || q["QCForLegalPerson"]
	switch {
	case q["NotQualified"], other && !q["QCForESig"]:
		return no
	case other:
		return open
	case q["QCForESig"], q["ForeSignatures"], at.Before(regulated()):
		return yes
	}
	return no
}

// device says whether the key is in a qualified device; open means that the certificate itself says so or not. Before the
// regulation the devices were called SSCD; what was one then is not taken for one since.
func (q qualifiers) device(at time.Time) proof.Answer {
	switch {
	case q["QCNoSSCD"], q["QCNoQSCD"]:
		return no
	case q.within(), q["QCWithSSCD"] && at.Before(regulated()):
		return yes
	}
	return open
}

func (q qualifiers) within() bool { return q["QCWithQSCD"] || q["QCQSCDManagedOnBehalf"] }

// contradicts says that the list puts the key into a device and says otherwise, too.
func (q qualifiers) contradicts() bool {
	without := q["QCNoSSCD"] || q["QCNoQSCD"]
	return without && (q["QCWithSSCD"] || q.within()) || q.within() && q["QCQSCDStatusAsInCert"]
}
