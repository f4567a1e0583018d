package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// manifest names every other part.
type manifest struct {
	Subject string    `json:"subject"`
	Created time.Time `json:"created"`
	Entries []entry   `json:"entries"`
	// Head is the last link of the chain.
	Head string `json:"head"`
}

type entry struct {
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int    `json:"size"`
	SHA256    string `json:"sha256"`
	// Chain is the SHA-256 of the link before, the name and the hash, a line feed between them.
	Chain string `json:"chain"`
}

// maxManifest is far more than the entries need.
const maxManifest = 64 << 10

// manifestOf names the parts in their order.
func manifestOf(subject string, created time.Time, parts []part) manifest {
	m := manifest{Subject: subject, Created: created.UTC(), Entries: []entry{}}
	for _, p := range parts {
		m.Entries = append(m.Entries, entry{
			Name: p.name, MediaType: mediaType(p.name), Size: len(p.content), SHA256: hashOf(p.content),
		})
	}
	m.link()
	return m
}

// link computes the chain and its head.
func (m *manifest) link() {
	m.Head = strings.Repeat("0", 2*sha256.Size)
	for i, e := range m.Entries {
		m.Head = hashOf([]byte(m.Head + "\n" + e.Name + "\n" + e.SHA256))
		m.Entries[i].Chain = m.Head
	}
}

// readManifest reads a manifest that is written exactly as Build writes it, names the parts that a package has, in their
// order, and whose chain is right.
func readManifest(raw []byte) (manifest, bool) {
	var m manifest
	if len(raw) > maxManifest || json.Unmarshal(raw, &m) != nil {
		return m, false
	}
	linked := m
	linked.Entries = slices.Clone(m.Entries)
	linked.link()
	again, err := encode(linked)
	if err != nil || !bytes.Equal(again, raw) {
		return m, false
	}
	return m, complete(m.Entries)
}

// complete tells that the entries are the parts of a package, in their order.
func complete(entries []entry) bool {
	for _, name := range names() {
		switch {
		case name == Manifest:
			return len(entries) == 0
		case len(entries) > 0 && entries[0].Name == name && entries[0].MediaType == mediaType(name):
			entries = entries[1:]
		case !optional(name):
			return false
		}
	}
	return false
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
