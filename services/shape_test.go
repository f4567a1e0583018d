package services_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	maxFileLines     = 400
	maxFunctionLines = 80
	maxParameters    = 5 // a context among them
)

// tooLarge lists what may break the budgets, as "file" or "file:function", and why.
func tooLarge() map[string]string {
	return map[string]string{
		"gateway/errors.go:answerError":   "grpc-gateway gives the signature",
		"gateway/errors.go:answerRouting": "grpc-gateway gives the signature",
		"internal/rpc/client.go:bounded":  "grpc gives the signature",
	}
}

// source is one parsed file.
type source struct {
	path   string // below services, with slashes
	test   bool
	syntax *ast.File
	files  *token.FileSet
}

func (s source) lines(node ast.Node) int {
	return s.files.Position(node.End()).Line - s.files.Position(node.Pos()).Line + 1
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	files := token.NewFileSet()
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".go") {
			return err
		}
		syntax, err := parser.ParseFile(files, file, nil, parser.ParseComments)
		all = append(all, source{filepath.ToSlash(file), strings.HasSuffix(file, "_test.go"), syntax, files})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// report fails the test for findings that are not excused, and for excuses that nothing needs. A finding starts with
// what it is about.
func report(t *testing.T, findings []string, excuses map[string]string) {
	t.Helper()
	needed := map[string]bool{}
	for _, finding := range findings {
		about, _, _ := strings.Cut(finding, " ")
		needed[about] = true
		if excuses[about] == "" {
			t.Error(finding)
		}
	}
	for about := range excuses {
		if !needed[about] {
			t.Errorf("%s is excused and breaks nothing", about)
		}
	}
}

func TestShape(t *testing.T) {
	var findings []string
	var fileLines, functionLines, testFileLines []int
	for _, s := range sources(t) {
		lines := s.files.File(s.syntax.FileStart).LineCount()
		if lines > maxFileLines {
			findings = append(findings, fmt.Sprintf("%s has %d lines, more than %d", s.path, lines, maxFileLines))
		}
		if s.test {
			testFileLines = append(testFileLines, lines)
		} else {
			fileLines = append(fileLines, lines)
		}
		ast.Inspect(s.syntax, func(node ast.Node) bool {
			declared, ok := node.(*ast.FuncDecl)
			if !ok {
				return true
			}
			if !s.test {
				functionLines = append(functionLines, s.lines(declared))
			}
			findings = append(findings, functionFindings(s, declared)...)
			return true
		})
	}
	report(t, findings, tooLarge())
	for name, values := range map[string][]int{"file": fileLines, "test file": testFileLines, "function": functionLines} {
		slices.Sort(values)
		t.Logf("%s lines: median %d, p95 %d, max %d of %d", name, values[len(values)/2], values[len(values)*95/100],
			values[len(values)-1], len(values))
	}
}

func functionFindings(s source, declared *ast.FuncDecl) []string {
	var findings []string
	at := s.path + ":" + declared.Name.Name
	if lines := s.lines(declared); lines > maxFunctionLines {
		findings = append(findings, fmt.Sprintf("%s has %d lines, more than %d", at, lines, maxFunctionLines))
	}
	if got := declared.Type.Params.NumFields(); got > maxParameters {
		findings = append(findings, fmt.Sprintf("%s has %d parameters, more than %d", at, got, maxParameters))
	}
	if declared.Name.Name == "init" && declared.Recv == nil {
		findings = append(findings, at+" runs before main")
	}
	if s.test || s.syntax.Name.Name == "main" || declared.Body == nil {
		return findings
	}
	ast.Inspect(declared.Body, func(node ast.Node) bool {
		if called, ok := node.(*ast.CallExpr); ok {
			if name, ok := called.Fun.(*ast.Ident); ok && name.Name == "panic" {
				findings = append(findings, fmt.Sprintf("%s panics in line %d", at, s.files.Position(called.Pos()).Line))
			}
		}
		return true
	})
	return findings
}

func TestNothingIsMutableForAll(t *testing.T) {
	var findings []string
	for _, s := range sources(t) {
		for _, declared := range s.syntax.Decls {
			group, ok := declared.(*ast.GenDecl)
			if !ok || group.Tok != token.VAR || s.test {
				continue
			}
			for _, spec := range group.Specs {
				variable, ok := spec.(*ast.ValueSpec)
				if !ok || embedded(group, variable) {
					continue
				}
				for i, name := range variable.Names {
					if name.Name != "_" && (i >= len(variable.Values) || !sentinel(name.Name, variable.Values[i])) {
						findings = append(findings, s.path+":"+name.Name+" is a variable of the package")
					}
				}
			}
		}
	}
	report(t, findings, nil)
}

// sentinel tells an error that is compared by identity: made here, or another package's under a second name.
func sentinel(name string, value ast.Expr) bool {
	if !strings.HasPrefix(strings.ToLower(name), "err") {
		return false
	}
	switch v := value.(type) {
	case *ast.CallExpr:
		called, ok := v.Fun.(*ast.SelectorExpr)
		return ok && (called.Sel.Name == "New" || called.Sel.Name == "Errorf")
	case *ast.SelectorExpr:
		return strings.HasPrefix(v.Sel.Name, "Err")
	case *ast.UnaryExpr:
		_, literal := v.X.(*ast.CompositeLit)
		return literal
	}
	return false
}

// embedded tells a variable that the compiler fills from a file.
func embedded(group *ast.GenDecl, variable *ast.ValueSpec) bool {
	for _, doc := range []*ast.CommentGroup{group.Doc, variable.Doc} {
		if doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") }) {
			return true
		}
	}
	return false
}

// A domain gets the time as an argument: so its decisions can be repeated.
func TestDomainsHaveNoClock(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !slices.Contains(domains(), "services/"+path.Dir(s.path)) {
			continue
		}
		ast.Inspect(s.syntax, func(node ast.Node) bool {
			used, ok := node.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"Now", "Since", "Until", "After", "NewTimer", "Sleep", "AfterFunc"}, used.Sel.Name) {
				return true
			}
			if from, ok := used.X.(*ast.Ident); ok && from.Name == "time" {
				t.Errorf("%s:%d reads the clock", s.path, s.files.Position(used.Pos()).Line)
			}
			return true
		})
	}
}
