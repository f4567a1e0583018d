package trustlist

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// Lists are the verified lists of a folder. They do not change and are safe for concurrent use.
type Lists struct {
	services    map[identity][]*service
	anchors     []*x509.Certificate
	snapshot    string
	refused     []Error
	switzerland []byte
	counts      Counts
	complete    bool
	expires     time.Time
}

// Counts is how much was read.
type Counts struct {
	// Lists of states that are used, of Pointers that the list of lists has; Services that issue qualified certificates or
	// timestamps, or did.
	Lists, Pointers, Services int
}

// Load reads and verifies the lists of a folder. It fails when the list of lists, its signers or the Swiss anchors cannot
// be used; the list of a state that cannot is left out and told by Refused. The error is an Error.
func Load(folder fs.FS) (*Lists, error) {
	l := &Lists{services: map[identity][]*service{}}
	signers, err := readSigners(folder)
	if err != nil {
		return nil, err
	}
	if l.switzerland, err = readSwitzerland(folder); err != nil {
		return nil, err
	}
	files, err := l.readLists(folder)
	if err != nil {
		return nil, err
	}
	i, err := findListOfLists(files)
	if err != nil {
		return nil, err
	}
	top, err := files[i].listOfLists(signers)
	if err != nil {
		return nil, Error{files[i].name, err.Error()}
	}
	used := l.addStates(top, slices.Delete(slices.Clone(files), i, i+1))
	l.snapshot = snapshot(append(used, files[i]))
	slices.SortFunc(l.refused, func(a, b Error) int { return strings.Compare(a.File, b.File) })
	return l, nil
}

// Snapshot names the lists that are used by their names and bytes: "sha256:" and 64 hexadecimal digits.
func (l *Lists) Snapshot() string { return l.snapshot }

// Refused are the files that are not used, by name.
func (l *Lists) Refused() []Error { return slices.Clone(l.refused) }

// Counts says how much was read.
func (l *Lists) Counts() Counts { return l.counts }

// Expires is when the first of the lists used ends to speak.
func (l *Lists) Expires() time.Time { return l.expires }

// Anchors are the certificates of services that were granted at some time.
func (l *Lists) Anchors() []*x509.Certificate { return slices.Clone(l.anchors) }

// Switzerland is the content of switzerland.pem, nil when there is none.
func (l *Lists) Switzerland() []byte { return slices.Clone(l.switzerland) }

// addStates verifies the lists of states and returns the files used.
func (l *Lists) addStates(top *list, files []file) []file {
	pins := map[string][]*x509.Certificate{}
	for _, p := range top.pointers {
		pins[p.territory] = append(pins[p.territory], p.signers...)
	}
	l.expires = top.until
	newest := map[string]state{}
	for _, f := range files {
		one, err := f.stateList(pins)
		if err != nil {
			l.refuse(f.name, err)
			continue
		}
		other, again := newest[one.territory]
		switch {
		case !again:
		case other.list.sequence >= one.sequence:
			l.refuse(f.name, errOlder)
			continue
		default:
			l.refuse(other.file.name, errOlder)
		}
		newest[one.territory] = state{f, one}
	}
	var used []file
	for _, s := range newest {
		used = append(used, s.file)
		l.addState(s.list, top.until)
	}
	l.counts.Lists, l.counts.Pointers = len(newest), len(pins)
	l.complete = len(newest) == len(pins)
	return used
}

// state is a file and what it says.
type state struct {
	file file
	list *list
}

// addState takes over a state's services; without a current list of lists nobody says whose list it is.
func (l *Lists) addState(one *list, top time.Time) {
	if top.Before(one.until) {
		one.until = top
	}
	if one.until.Before(l.expires) {
		l.expires = one.until
	}
	for _, s := range one.services {
		l.counts.Services++
		var known []identity
		for _, c := range s.certificates {
			id := identityOf(c)
			if slices.Contains(known, id) {
				continue
			}
			known = append(known, id)
			l.services[id] = append(l.services[id], s)
			if s.wasGranted() {
				l.anchors = append(l.anchors, c)
			}
		}
	}
}

func (l *Lists) refuse(name string, err error) {
	l.refused = append(l.refused, Error{name, err.Error()})
}

// snapshot hashes the names and hashes of files in the order of their names.
func snapshot(files []file) string {
	var lines []string
	for _, f := range files {
		sum := sha256.Sum256(f.raw)
		lines = append(lines, f.name+" "+hex.EncodeToString(sum[:])+"\n")
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return "sha256:" + hex.EncodeToString(sum[:])
}
