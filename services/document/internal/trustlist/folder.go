package trustlist

import (
	"crypto/x509"
	"encoding/pem"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
)

// The names of files in the folder that are not a state's list.
const (
	nameListOfLists = "lotl.xml"
	nameSigners     = "lotl-signers.pem"
	nameSwitzerland = "switzerland.pem"
)

// Bounds on the folder; the Union has some thirty lists of some 30 MB together.
const (
	maxFiles = 128
	maxTotal = 256 << 20
)

// file is a scanned file. What it says of itself tells files apart and is not believed.
type file struct {
	name            string
	raw             []byte
	kind, territory string
}

func read(folder fs.FS, name string) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // what was only read is closed best effort
	raw, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err == nil && len(raw) > maxBytes {
		return nil, errTooLarge
	}
	return raw, err
}

// readSigners reads the certificates that trust starts from.
func readSigners(folder fs.FS) ([]*x509.Certificate, error) {
	rest, err := read(folder, nameSigners)
	if err != nil {
		return nil, Error{nameSigners, string(errNoSigners)}
	}
	var signers []*x509.Certificate
	for block, rest := pem.Decode(rest); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" {
			return nil, Error{nameSigners, string(errNoSigners)}
		}
		signers = append(signers, c)
	}
	if len(signers) == 0 {
		return nil, Error{nameSigners, string(errNoSigners)}
	}
	return signers, nil
}

func readSwitzerland(folder fs.FS) ([]byte, error) {
	raw, err := read(folder, nameSwitzerland)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, Error{nameSwitzerland, string(errUnreadable)}
	}
	return raw, nil
}

// readLists reads every *.xml. What is no list is refused; a broken lotl.xml stops all.
func (l *Lists) readLists(folder fs.FS) ([]file, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, Error{".", string(errUnreadable)}
	}
	var files []file
	total := 0
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || path.Ext(name) != ".xml" || strings.HasPrefix(name, ".") {
			continue
		}
		if len(files) >= maxFiles || total > maxTotal {
			return nil, Error{".", string(errTooLarge)}
		}
		f, err := readList(folder, name)
		total += len(f.raw)
		switch {
		case err == nil:
			files = append(files, f)
		case name == nameListOfLists:
			return nil, Error{name, err.Error()}
		default:
			l.refuse(name, err)
		}
	}
	return files, nil
}

func readList(folder fs.FS, name string) (file, error) {
	f := file{name: name}
	var err error
	if f.raw, err = read(folder, name); err != nil {
		if !errors.Is(err, errTooLarge) {
			err = errUnreadable
		}
		return f, err
	}
	if err := scan(f.raw); err != nil {
		return f, err
	}
	var says struct {
		XMLName   xml.Name `xml:"http://uri.etsi.org/02231/v2# TrustServiceStatusList"`
		Type      string   `xml:"SchemeInformation>TSLType"`
		Territory string   `xml:"SchemeInformation>SchemeTerritory"`
	}
	if err := xml.Unmarshal(f.raw, &says); err != nil {
		return f, errMalformed
	}
	f.kind, f.territory = strings.TrimSpace(says.Type), strings.TrimSpace(says.Territory)
	return f, nil
}

// findListOfLists returns the place of the only list of lists.
func findListOfLists(files []file) (int, error) {
	found := -1
	for i, f := range files {
		if f.kind != typeListOfLists && f.name != nameListOfLists {
			continue
		}
		if found >= 0 {
			return 0, Error{f.name, string(errSeveral)}
		}
		found = i
	}
	if found < 0 {
		return 0, Error{nameListOfLists, string(errNoLists)}
	}
	return found, nil
}

func (f file) listOfLists(signers []*x509.Certificate) (*list, error) {
	l, err := f.verify(signers)
	if err == nil && l.kind != typeListOfLists {
		err = errNotLists
	}
	return l, err
}

// stateList verifies the list of a state against what the list of lists says of it.
func (f file) stateList(pins map[string][]*x509.Certificate) (*list, error) {
	signers, pinned := pins[f.territory]
	if !pinned {
		return nil, errPinned
	}
	l, err := f.verify(signers)
	if err == nil && (l.kind != typeGeneric || l.territory != f.territory) {
		err = errTerritory
	}
	return l, err
}

func (f file) verify(signers []*x509.Certificate) (*list, error) {
	v, err := verify(f.raw, signers)
	if err != nil {
		return nil, err
	}
	l, err := parse(v.content)
	if err == nil && !v.issuedBy(l.issued) {
		err = errSignerTime
	}
	return l, err
}
