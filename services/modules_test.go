package services_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// required is a module file's list of requirements.
type required struct {
	Require []struct {
		Path, Version string
		Indirect      bool
	}
}

func (r required) version(path string) string {
	for _, requirement := range r.Require {
		if requirement.Path == path {
			return requirement.Version
		}
	}
	return ""
}

func readModule(t *testing.T, file string) required {
	t.Helper()
	out, err := goCommand(t, "mod", "edit", "-json", file)
	if err != nil {
		t.Fatal(err)
	}
	var parsed required
	if err := json.Unmarshal([]byte(out), &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed
}

// SQLite is C translated to Go for one version of its C library; with another it may corrupt memory.
func TestSQLiteHasTheLibcItWasMadeFor(t *testing.T) {
	file, err := goCommand(t, "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite")
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := readModule(t, "go.mod"), readModule(t, strings.TrimSpace(file))
	const libc = "modernc.org/libc"
	if got, want := ours.version(libc), theirs.version(libc); got != want || want == "" {
		t.Errorf("%s is %q, modernc.org/sqlite %s needs %q", libc, got, ours.version("modernc.org/sqlite"), want)
	}
}

// River's modules call each other's unexported promises: they are released, and must be taken, together.
func TestRiverHasOneVersion(t *testing.T) {
	versions := map[string][]string{}
	for _, requirement := range readModule(t, "go.mod").Require {
		if fits("github.com/riverqueue/...", requirement.Path) {
			versions[requirement.Version] = append(versions[requirement.Version], requirement.Path)
		}
	}
	if len(versions) != 1 {
		t.Errorf("River comes in %d versions: %v", len(versions), versions)
	}
}

func TestEveryDependencyHasItsReason(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	direct := map[string]bool{}
	for _, requirement := range readModule(t, "go.mod").Require {
		if !requirement.Indirect {
			direct[requirement.Path] = true
		}
	}
	if diff := cmp.Diff(direct, dependencyTable(string(text))); diff != "" {
		t.Errorf("go.mod (-) and the table of CONTRIBUTING.md (+) differ:\n%s", diff)
	}
}

// dependencyTable reads the module paths of the table under the heading "Dependencies".
func dependencyTable(markdown string) map[string]bool {
	_, section, _ := strings.Cut("\n"+markdown, "\n## Dependencies\n")
	section, _, _ = strings.Cut(section, "\n## ")
	rows := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| *`([^`]+)` *\\|").FindAllStringSubmatch(section, -1) {
		rows[row[1]] = true
	}
	return rows
}

func TestDependencyTable(t *testing.T) {
	const text = "# X\n\n| `a/no` | x |\n\n## Dependencies\n\nWhy.\n\n| module | why |\n|---|---|\n| `a.b/c` | x `no` |\n|`d.e/f/v2`| y |\n\n## More\n\n| `a/no` | z |\n"
	want := map[string]bool{"a.b/c": true, "d.e/f/v2": true}
	if diff := cmp.Diff(want, dependencyTable(text)); diff != "" {
		t.Error(diff)
	}
}
