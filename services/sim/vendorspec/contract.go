package vendorspec

import (
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Variable is the environment variable that names the folder of the vendors' files.
const Variable = "COUNTERSIGN_VENDOR_SPECS"

// Contract is what one vendor says about its API, and where that is known to be wrong. It reads the files when it is first
// used, and checks nothing where Variable is not set.
type Contract struct {
	suite   Suite
	base    string // of the API's paths, such as /v2
	files   []file
	excuses []excuse

	reading     sync.Once
	generations []*description
	err         error

	mu    sync.Mutex
	used  map[int]int
	calls map[string]int
}

// file is one generation of a vendor's description, below the folder that Variable names.
type file struct {
	name    string
	prefix  string   // what its paths have before those of the API
	repairs []string // texts that keep it from being read, each with the one to read in its place
}

// excuse is a known deviation: the vendor does otherwise than its file says. Empty fields fit everything; the operation
// and the place may hold * as in path.Match.
type excuse struct {
	user      Suite
	operation string
	side      string
	kind      kind
	at        string
	says      string // how the finding's text begins
	because   string // with the source
}

// Suite names who runs through a contract: each has deviations of its own to need.
type Suite string

// The suites.
const (
	Both      Suite = ""
	Adapter   Suite = "adapter"
	Simulator Suite = "simulator"
)

func (e excuse) fits(operation string, f finding) bool {
	return fitsOrEmpty(e.operation, operation) && (e.side == "" || e.side == f.side) && (e.kind == "" || e.kind == f.kind) &&
		fitsOrEmpty(e.at, f.at) && strings.HasPrefix(f.text, e.says)
}

func fitsOrEmpty(pattern, text string) bool {
	// A place has [] for the elements of a list, which path.Match would read as a class.
	ok, err := path.Match(escaped(pattern), text)
	return pattern == "" || err == nil && ok
}

func escaped(pattern string) string {
	var out []rune
	for _, r := range pattern {
		if r == '[' || r == ']' {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(out)
}

// newContract returns the contract of files, newest first.
func newContract(suite Suite, base string, excuses []excuse, files ...file) *Contract {
	c := &Contract{suite: suite, base: base, files: files, used: map[int]int{}, calls: map[string]int{}}
	for _, e := range excuses {
		if e.user == Both || e.user == suite {
			c.excuses = append(c.excuses, e)
		}
	}
	return c
}

// Here tells whether the vendors' files are at hand; it fails the test when they should be and cannot be read.
func (c *Contract) Here(t testing.TB) bool {
	t.Helper()
	folder := os.Getenv(Variable)
	if folder == "" {
		return false
	}
	c.reading.Do(func() {
		for _, file := range c.files {
			d, err := describe(filepath.Join(folder, filepath.FromSlash(file.name)), file)
			if err != nil {
				c.err = fmt.Errorf("%s=%s: %w", Variable, folder, err)
				return
			}
			c.generations = append(c.generations, d)
		}
	})
	if c.err != nil {
		t.Fatal(c.err)
	}
	return true
}

// judge returns what is wrong with an exchange and not excused.
func (c *Contract) judge(x exchange) []finding {
	c.mu.Lock()
	defer c.mu.Unlock()
	operation, findings := c.compare(x)
	c.calls[operation]++
	return slices.DeleteFunc(findings, func(f finding) bool {
		i := c.excuse(operation, f)
		if i >= 0 {
			c.used[i]++
		}
		return i >= 0
	})
}

// excuse returns the place of the first deviation that the finding is, or -1.
func (c *Contract) excuse(operation string, f finding) int {
	return slices.IndexFunc(c.excuses, func(e excuse) bool { return e.fits(operation, f) })
}

// compare lets the newest generation that knows the call speak. An older one adds what it requires, and knows names,
// statuses and bodies that the newer one forgot.
func (c *Contract) compare(x exchange) (string, []finding) {
	var first verdict
	for _, d := range c.generations {
		v, ok := d.judge(x)
		switch {
		case !ok:
		case first.operation == "":
			first = v
		default:
			first.findings = merge(first.findings, v)
		}
	}
	if first.operation == "" {
		return x.method + " " + x.path, []finding{{request, unknownCall, "", "it is not described"}}
	}
	return first.operation, first.findings
}

func merge(newer []finding, older verdict) []finding {
	var all []finding
	adopted := map[string]bool{}
	for _, f := range newer {
		switch {
		case f.kind == unknownName && older.names(f):
		case f.kind == wrongStatus && older.described.Responses.Status(older.x.status) != nil:
		case f.kind == undescribed && older.names(finding{side: f.side}):
			adopted[f.side] = true
		default:
			all = append(all, f)
		}
	}
	for _, f := range older.findings {
		again := slices.ContainsFunc(all, func(g finding) bool { return g.side == f.side && g.kind == f.kind && g.at == f.at })
		if (f.kind == missing || adopted[f.side]) && !again {
			all = append(all, f)
		}
	}
	return all
}

// Tests runs the tests of a package, and then fails for each deviation of the table that none of them needed. It says
// aloud when the vendors' files are not at hand.
func (c *Contract) Tests(m interface{ Run() int }) interface{ Run() int } { return &tests{c, m} }

type tests struct {
	contract *Contract
	all      interface{ Run() int }
}

// Run returns the exit code.
func (r *tests) Run() int {
	code := r.all.Run()
	if os.Getenv(Variable) == "" {
		fmt.Fprintln(os.Stderr, "NOT TESTED: the vendor's own words, because", Variable, "names no folder of OpenAPI files")
		return code
	}
	total := 0
	for _, count := range r.contract.calls {
		total += count
	}
	fmt.Fprintf(os.Stderr, "%d calls of %d kinds were held against the vendor's own words\n", total, len(r.contract.calls))
	if partial := flag.Lookup("test.run"); code != 0 || partial == nil || partial.Value.String() != "" {
		return code
	}
	for _, e := range r.contract.unused() {
		fmt.Fprintf(os.Stderr, "nothing needs the deviation %+v\n", e)
		code = 1
	}
	return code
}

// unused returns the deviations that nothing needed.
func (c *Contract) unused() []excuse {
	var unused []excuse
	for i, e := range c.excuses {
		if c.used[i] == 0 {
			unused = append(unused, e)
		}
	}
	return unused
}
