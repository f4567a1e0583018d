package trustlist

import (
	"crypto/x509"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/trustlist/trustlisttest"
)

// FuzzRead reads any bytes as a list: nothing that a pinned key did not sign is a list, and what is in one may be anything.
func FuzzRead(f *testing.F) {
	by := trustlisttest.NewSigner(f)
	at := time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)
	u := trustlisttest.NewUnion(f, at)
	one := trustlisttest.Granted(by.Certificate, at)
	one.Current.Extensions += trustlisttest.Qualified(`<q:CriteriaList assert="all"><q:KeyUsage><q:KeyUsageBit name="nonRepudiation">`+
		`true</q:KeyUsageBit></q:KeyUsage><q:PolicySet><q:PolicyIdentifier><x:Identifier xmlns:x="x">1.2.3</x:Identifier>`+
		`</q:PolicyIdentifier></q:PolicySet></q:CriteriaList>`, "QCWithQSCD")
	one.History = []trustlisttest.Period{one.Current}
	list := u.State("FR", one)
	u.Pin("FR", by)
	signed := trustlisttest.Recipe{By: by}.Sign(f, list.XML())
	whole, err := verify(signed, []*x509.Certificate{by.Certificate})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(signed)
	f.Add([]byte(list.XML()))
	f.Add([]byte(u.Lists.XML()))
	f.Add([]byte(`<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>`))
	path := []*x509.Certificate{by.Certificate, by.Certificate}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if scan(raw) != nil {
			return
		}
		if v, err := verify(raw, path[:1]); err == nil && string(v.content) != string(whole.content) {
			t.Fatalf("a list that nobody signed: %q", v.content)
		}
		l, err := parse(raw) // as if it were signed
		if err != nil {
			return
		}
		lists := &Lists{services: map[identity][]*service{}}
		lists.addState(l, l.until)
		for _, at := range []time.Time{{}, at, l.issued, l.until} {
			_ = lists.Standing(path, at)
			_ = lists.Timestamps(path, at)
		}
	})
}
