package evidence

import (
	"bytes"
	"context"
	"slices"
	"time"
)

// Structure stands, among the names of parts, for what of a ZIP belongs to none of them.
const Structure = "package structure"

// Fault says what is wrong with a part.
type Fault string

// The faults.
const (
	// Changed: the bytes are not those that were packed.
	Changed Fault = "CHANGED"
	// Missing: the part should be there.
	Missing Fault = "MISSING"
	// Unexpected: the part should not be there.
	Unexpected Fault = "UNEXPECTED"
)

// Damage is one thing that is wrong. It quotes nothing of the package.
type Damage struct {
	// Part is the name of a part, or Structure.
	Part  string
	Fault Fault
}

// Part is one file of a package.
type Part struct {
	Name, MediaType string
	// SHA256 of the bytes that are there, 64 lower-case hexadecimal digits.
	SHA256 string
	// OK says that the manifest names these bytes and that nothing about the part is damaged.
	OK      bool
	Content []byte
}

// Package is an evidence package that was read.
type Package struct {
	// SHA256 of the whole package, 64 lower-case hexadecimal digits.
	SHA256 string
	// Subject, Created and Head are the manifest's; empty when it is damaged.
	Subject string
	Created time.Time
	Head    string
	// Parts that could be told, in the order in which they are there.
	Parts []Part
	// Damages are everything that is wrong, in the order of the parts; empty when the package is intact.
	Damages []Damage
}

// Intact says that every byte is as it was packed.
func (p Package) Intact() bool { return len(p.Damages) == 0 }

// Part returns the content of a part, nil when it is not there.
func (p Package) Part(name string) []byte {
	for _, part := range p.Parts {
		if part.Name == name {
			return part.Content
		}
	}
	return nil
}

// Recognized says that a file is a package, however damaged: a ZIP that names two of the parts that only packages have.
func Recognized(raw []byte) bool {
	named := 0
	for _, name := range []string{Manifest, Proof, Events, Signed} {
		if bytes.Contains(raw, []byte(name)) {
			named++
		}
	}
	return bytes.HasPrefix(raw, []byte("PK")) && named > 1
}

// Open reads and verifies a package. Anything may be given: what is no package is a damaged one. The only error is that
// of ctx. The parts share their memory with raw.
func Open(ctx context.Context, raw []byte) (Package, error) {
	if len(raw) > MaxBytes {
		return Package{Damages: []Damage{{Structure, Changed}}}, ctx.Err()
	}
	// A ZIP says twice where its parts are. Where one place is damaged the other one tells which part that was.
	best, err := examine(ctx, raw, fromDirectory(raw))
	if err == nil && !best.Intact() {
		var other Package
		if other, err = examine(ctx, raw, fromHeaders(raw)); len(other.Damages) <= len(best.Damages) {
			best = other
		}
	}
	best.SHA256 = hashOf(raw)
	return best, err
}

// examine holds the parts of a layout against their manifest and against the bytes that they should be.
func examine(ctx context.Context, raw []byte, l layout) (Package, error) {
	var p Package
	for _, part := range l.parts {
		if ctx.Err() != nil {
			return p, ctx.Err()
		}
		p.Parts = append(p.Parts, Part{
			Name: part.name, MediaType: mediaType(part.name), SHA256: hashOf(part.content), Content: part.content,
		})
	}
	if l.broken != "" {
		p.damage(l.broken, Changed)
	}
	listed := p.holdAgainstManifest()
	if l.broken == "" {
		for _, name := range differences(raw, ordered(l.parts)) {
			p.damage(name, Changed)
		}
	}
	for i, part := range p.Parts {
		p.Parts[i].OK = listed && !slices.ContainsFunc(p.Damages, func(d Damage) bool { return d.Part == part.Name })
	}
	return p, ctx.Err()
}

// holdAgainstManifest compares the parts with what the manifest says; false when there is none to compare with.
func (p *Package) holdAgainstManifest() bool {
	raw := p.Part(Manifest)
	if raw == nil {
		p.damage(Manifest, Missing)
		return false
	}
	m, ok := readManifest(raw)
	entry := func(part Part) int {
		return slices.IndexFunc(m.Entries, func(e entry) bool { return e.Name == part.Name })
	}
	for _, part := range p.Parts {
		i := entry(part)
		ok = ok && (i < 0 || m.Entries[i].SHA256 != part.SHA256 || m.Entries[i].Size == len(part.Content))
	}
	if !ok {
		p.damage(Manifest, Changed)
		return false
	}
	p.Subject, p.Created, p.Head = m.Subject, m.Created, m.Head
	for _, part := range p.Parts {
		if i := entry(part); i < 0 && part.Name != Manifest {
			p.damage(part.Name, Unexpected)
		} else if i >= 0 && m.Entries[i].SHA256 != part.SHA256 {
			p.damage(part.Name, Changed)
		}
	}
	for _, e := range m.Entries {
		if !slices.ContainsFunc(p.Parts, func(part Part) bool { return part.Name == e.Name }) {
			p.damage(e.Name, Missing)
		}
	}
	return true
}

// damage notes a fault, the first one of each part, in the order of the parts.
func (p *Package) damage(name string, f Fault) {
	if slices.ContainsFunc(p.Damages, func(d Damage) bool { return d.Part == name }) {
		return
	}
	p.Damages = append(p.Damages, Damage{name, f})
	order := append(names(), Structure)
	slices.SortFunc(p.Damages, func(a, b Damage) int {
		return slices.Index(order, a.Part) - slices.Index(order, b.Part)
	})
}
