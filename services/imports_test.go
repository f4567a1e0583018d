package services_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/countersign/countersign/"

// rule says what the packages of a pattern may import beside the standard library and themselves. Patterns are paths in
// this module, with "/..." for everything below; outside stands for every other module.
type rule struct {
	pattern string
	allowed []string
}

const outside = "outside"

// lawOfImports is read from the top: the first pattern that fits a package is its rule.
func lawOfImports() []rule {
	const (
		crm      = "gen/countersign/crm/v1"
		signing  = "gen/countersign/signing/v1"
		document = "gen/countersign/document/v1"
		plumbing = "services/internal/..."
	)
	return []rule{
		{"gen/...", []string{"gen/...", outside}},
		{"services", nil},
		{"services/internal/...", []string{plumbing, outside}},
		{"services/gateway", []string{plumbing, "gen/...", outside}},
		{"services/sim/vendorspec", []string{outside}},
		{"services/sim/...", []string{"services/sim/..."}},
		{"services/e2e/...", []string{"gen/...", "services/sim/...", outside}},
		{"services/cmd/...", []string{"services/...", "gen/...", outside}},

		{"services/document", []string{"services/document/...", plumbing, document, outside}},
		{"services/document/templates", nil},
		{"services/document/internal/paper", nil},
		{"services/document/internal/api", []string{"services/document/internal/...", plumbing, document, outside}},
		{"services/document/internal/jobs", []string{"services/document/internal/...", plumbing}},
		{"services/document/internal/pdf", nil},
		{"services/document/internal/render/...", []string{
			"services/document/internal/paper", "services/document/internal/pdf", "services/document/internal/render/...",
			"services/internal/spelling", outside,
		}},
		{"services/document/internal/inspect", []string{"services/document/internal/paper", "services/document/internal/pdf"}},
		{"services/document/internal/proof/...", []string{
			"services/document/internal/proof/...", "services/document/internal/pdf", "golang.org/x/text/...",
			"golang.org/x/crypto/ocsp",
		}},
		{"services/document/internal/trustlist/...", []string{
			"services/document/internal/trustlist/...", "services/document/internal/proof",
			"github.com/beevik/etree", "github.com/russellhaering/goxmldsig",
		}},
		{"services/document/internal/evidence", nil},
		{"services/document/internal/archive", []string{outside}},
		{"services/document/internal/link", []string{outside}},
		{"services/document/internal/store", []string{
			"services/document/internal/paper", "services/document/internal/proof", plumbing,
		}},

		{"services/signing", []string{"services/signing/...", plumbing, signing, document, outside}},
		{"services/signing/internal/signature", nil},
		{"services/signing/internal/api", []string{"services/signing/internal/...", plumbing, signing, document, outside}},
		{"services/signing/internal/ledger", []string{"services/signing/internal/...", plumbing, signing}},
		{"services/signing/internal/jobs", []string{
			"services/signing/internal/signature", "services/signing/internal/routing", "services/signing/internal/store",
			"services/signing/internal/source", plumbing, document, outside,
		}},
		{"services/signing/internal/source", []string{"services/signing/internal/signature", plumbing, document}},
		{"services/signing/internal/routing", []string{"services/signing/internal/signature"}},
		{"services/signing/internal/vendorhttp", []string{
			"services/signing/internal/signature", "services/internal/baseurl", "golang.org/x/time/rate",
		}},
		{"services/signing/internal/skribble", []string{
			"services/signing/internal/signature", "services/signing/internal/vendorhttp", "services/internal/baseurl",
		}},
		{"services/signing/internal/yousign", []string{
			"services/signing/internal/signature", "services/signing/internal/vendorhttp",
		}},
		{"services/signing/internal/providertest", []string{"services/signing/internal/signature", outside}},
		{"services/signing/internal/store", []string{"services/signing/internal/signature", plumbing}},

		{"services/crm", []string{"services/crm/...", plumbing, crm, signing, document, outside}},
		{"services/crm/internal/pipeline", nil},
		{"services/crm/internal/api", []string{"services/crm/internal/...", plumbing, crm, outside}},
		{"services/crm/internal/jobs", []string{"services/crm/internal/...", plumbing, signing, document, outside}},
		{"services/crm/internal/follow", []string{
			"services/crm/internal/jobs", "services/crm/internal/store", "services/crm/internal/pipeline", plumbing, signing, outside,
		}},
		{"services/crm/internal/account", []string{"services/crm/internal/kommo", "services/crm/internal/pipeline"}},
		{"services/crm/internal/kommo", []string{
			"services/crm/internal/pipeline", "services/internal/baseurl", "golang.org/x/time/rate",
		}},
		{"services/crm/internal/store", []string{"services/crm/internal/pipeline", plumbing}},
	}
}

// fences name the only packages that know a module.
func fences() []rule {
	return []rule{
		{"github.com/riverqueue/...", []string{"services/internal/durable"}},
		{"modernc.org/...", []string{"services/internal/durable"}},
		{"github.com/jackc/...", []string{"services/internal/durable"}},
		{"gocloud.dev/...", []string{"services/document/internal/archive"}},
		{"github.com/russellhaering/goxmldsig/...", []string{"services/document/internal/trustlist/..."}},
		{"github.com/beevik/etree/...", []string{"services/document/internal/trustlist/..."}},
		{"github.com/grpc-ecosystem/grpc-gateway/...", []string{"services/gateway", "gen/..."}},
		{"github.com/alecthomas/...", []string{"services/cmd/..."}},
		{"github.com/getkin/...", []string{"services/sim/vendorspec"}},
		{"github.com/goccy/...", []string{"services/internal/config", "services/document/internal/render"}},
	}
}

// impure are parts of the standard library that a domain does without: input and output are its callers' business. A
// context may stand in the ports that it asks others to fill.
func impure() []string {
	return []string{"database/sql/...", "io/fs", "log/...", "net", "net/http/...", "os/...", "syscall", "sync/..."}
}

func domains() []string {
	return []string{"services/document/internal/paper", "services/signing/internal/signature", "services/crm/internal/pipeline"}
}

func fits(pattern, path string) bool {
	if below, open := strings.CutSuffix(pattern, "/..."); open {
		return path == below || strings.HasPrefix(path, below+"/")
	}
	return path == pattern
}

func anyFits(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return fits(pattern, path) })
}

// broken says which law forbids an import; empty means none. Both paths are without this module's prefix.
func broken(pkg, imported string, inTest bool) string {
	laws := lawOfImports()
	i := slices.IndexFunc(laws, func(r rule) bool { return fits(r.pattern, pkg) })
	if i < 0 {
		return "the package has no rule"
	}
	first, _, _ := strings.Cut(imported, "/")
	foreign := strings.Contains(first, ".")
	standard := !foreign && first != "services" && first != "gen"
	for _, fence := range fences() {
		if fits(fence.pattern, imported) && !anyFits(fence.allowed, pkg) && !inTest {
			return "only " + strings.Join(fence.allowed, ", ") + " may know this module"
		}
	}
	switch {
	case imported == pkg, anyFits(laws[i].allowed, imported), foreign && slices.Contains(laws[i].allowed, outside):
		return ""
	case standard && (inTest || !slices.Contains(domains(), pkg) || !anyFits(impure(), imported)):
		return ""
	case inTest && (foreign || anyFits(forTests(pkg), imported)):
		return ""
	}
	return "not in the rule of " + laws[i].pattern
}

// forTests lists what the tests of a package may import on top: the simulators and the rest of its context.
func forTests(pkg string) []string {
	if fits("services/sim/...", pkg) {
		return nil
	}
	parts := strings.Split(pkg, "/")
	if len(parts) == 1 {
		return []string{"gen/..."} // the laws read the contracts
	}
	own := []string{"services/sim/...", strings.Join(parts[:2], "/") + "/..."}
	if fits("services/internal/rpc", pkg) {
		own = append(own, "gen/...") // a server needs a contract to serve
	}
	return append(own, "services/internal/prerequisite")
}

func TestImports(t *testing.T) {
	for _, pkg := range listPackages(t) {
		path := strings.TrimPrefix(pkg.ImportPath, module)
		if reason := broken(path, path, false); reason != "" {
			t.Errorf("%s: %s", path, reason)
			continue
		}
		for _, imported := range pkg.Imports {
			if reason := broken(path, strings.TrimPrefix(imported, module), false); reason != "" {
				t.Errorf("%s imports %s: %s", path, imported, reason)
			}
		}
		for _, imported := range slices.Concat(pkg.TestImports, pkg.XTestImports) {
			if reason := broken(path, strings.TrimPrefix(imported, module), true); reason != "" {
				t.Errorf("tests of %s import %s: %s", path, imported, reason)
			}
		}
	}
}

func TestImportLawRefuses(t *testing.T) {
	for _, tt := range []struct {
		pkg, imported string
		inTest        bool
		refused       bool
	}{
		{"services/crm", "gen/countersign/signing/v1", false, false},
		{"services/signing", "gen/countersign/crm/v1", false, true},
		{"services/signing", "gen/countersign/crm/v1", true, true},
		{"services/document", "gen/countersign/signing/v1", false, true},
		{"services/internal/rpc", "gen/countersign/crm/v1", false, true},
		{"services/internal/rpc", "gen/countersign/crm/v1", true, false},
		{"services/internal/durable", "gen/countersign/crm/v1", true, true},
		{"services/crm/internal/pipeline", "golang.org/x/text", false, true},
		{"services/crm/internal/pipeline", "net/http", false, true},
		{"services/crm/internal/pipeline", "log/slog", false, true},
		{"services/crm/internal/pipeline", "time", false, false},
		{"services/crm/internal/pipeline", "github.com/google/go-cmp/cmp", true, false},
		{"services/crm/internal/kommo", "services/sim/kommo", true, false},
		{"services/crm/internal/kommo", "services/sim/kommo", false, true},
		{"services/signing/internal/skribble", "services/signing/internal/yousign", false, true},
		{"services/signing/internal/store", "github.com/riverqueue/river", false, true},
		{"services/sim/kommo", "github.com/google/uuid", false, true},
		{"services/sim/kommo", "services/crm/internal/kommo", true, true},
		{"services/e2e", "services/cmd/countersign", true, true},
		{"services/e2e", "services/crm", true, true},
		{"services/helper", "fmt", false, true},
	} {
		if reason := broken(tt.pkg, tt.imported, tt.inTest); (reason != "") != tt.refused {
			t.Errorf("%s imports %s (test: %t): %q", tt.pkg, tt.imported, tt.inTest, reason)
		}
	}
}

type goPackage struct {
	ImportPath, Dir                    string
	Imports, TestImports, XTestImports []string
}

// listPackages asks the go command for every package of the module, broken ones included.
func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := goCommand(t, "list", "-e", "-json=ImportPath,Dir,Imports,TestImports,XTestImports", module+"...")
	if err != nil {
		t.Fatal(err)
	}
	var packages []goPackage
	for decoder := json.NewDecoder(strings.NewReader(out)); decoder.More(); {
		var pkg goPackage
		if err := decoder.Decode(&pkg); err != nil {
			t.Fatal(err)
		}
		packages = append(packages, pkg)
	}
	if len(packages) < 20 {
		t.Fatalf("only %d packages found", len(packages))
	}
	return packages
}

// goCommand runs the go command in the module's root and returns what it printed.
func goCommand(t *testing.T, args ...string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Dir, command.Stderr = "..", os.Stderr
	out, err := command.Output()
	return string(out), err
}
