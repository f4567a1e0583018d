package yousign

import (
	"maps"
	"slices"
	"time"
)

// copy returns a draft with new ids and the content of r.
func (r *request) copy(now time.Time) *request {
	out := &request{
		settings: r.settings, id: newID(), status: draft, source: "public_api", created: now, labels: slices.Clone(r.labels),
	}
	people := map[string]string{}
	for _, x := range r.signers {
		y := &signer{signerSettings: x.signerSettings, id: newID(), status: initiated, stage: x.stage}
		people[x.id] = y.id
		out.signers = append(out.signers, y)
	}
	for _, d := range r.documents {
		out.documents = append(out.documents, d.copy(people, now))
	}
	return out
}

// copy returns an unsigned copy of a document whose fields belong to the people's new ids.
func (d *document) copy(people map[string]string, now time.Time) *document {
	out := *d
	out.id, out.created, out.final, out.fields = newID(), now, nil, nil
	for _, f := range d.fields {
		g := *f
		g.id, g.documentID, g.signerID = newID(), out.id, people[f.signerID]
		g.all = maps.Clone(f.all)
		g.all["id"], g.all["document_id"] = g.id, g.documentID
		if g.signerID != "" {
			g.all["signer_id"] = g.signerID
		}
		out.fields = append(out.fields, &g)
	}
	return &out
}
