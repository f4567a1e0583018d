package services_test

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryPackageIsDescribed(t *testing.T) {
	described := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		folder := path.Dir(s.path)
		described[folder] = described[folder] || s.syntax.Doc.Text() != ""
		if slices.Contains(vague(), path.Base(folder)) {
			t.Errorf("%s: the name of the package says nothing", s.path)
		}
	}
	for folder, ok := range described {
		if !ok {
			t.Errorf("package %s has no comment", folder)
		}
	}
}

func vague() []string {
	return []string{"util", "utils", "common", "helpers", "helper", "shared", "base", "types", "models", "misc", "lib"}
}

func TestEveryExportedNameIsDescribed(t *testing.T) {
	var findings []string
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, declared := range s.syntax.Decls {
			for _, name := range undescribed(declared) {
				findings = append(findings, s.path+":"+name+" has no comment")
			}
		}
	}
	report(t, findings, nil)
}

// undescribed lists the exported names that a declaration leaves without a comment.
func undescribed(declared ast.Decl) []string {
	switch d := declared.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc.Text() == "" && !standardMethod(d) && (d.Recv == nil || ast.IsExported(receiver(d))) {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		if d.Doc.Text() != "" && d.Tok != token.TYPE {
			return nil // one comment may describe a group of values
		}
		var names []string
		for _, spec := range d.Specs {
			names = append(names, undescribedSpec(spec, d.Doc.Text() != "")...)
		}
		return names
	}
	return nil
}

func undescribedSpec(spec ast.Spec, groupHasDoc bool) []string {
	var names []string
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && s.Doc.Text() == "" && !groupHasDoc {
			names = append(names, s.Name.Name)
		}
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.IsExported() && s.Doc.Text() == "" && s.Comment.Text() == "" {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

// standardMethod tells a method whose meaning the standard library gives.
func standardMethod(d *ast.FuncDecl) bool {
	return d.Recv != nil && slices.Contains([]string{"Error", "Unwrap", "Is", "String", "ServeHTTP"}, d.Name.Name)
}

// receiver is the name of the type that a method belongs to.
func receiver(d *ast.FuncDecl) string {
	expr := d.Recv.List[0].Type
	if star, ok := expr.(*ast.StarExpr); ok {
		expr = star.X
	}
	if index, ok := expr.(*ast.IndexExpr); ok {
		expr = index.X
	}
	if name, ok := expr.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

func TestNoCommentAsksForLater(t *testing.T) {
	later := regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b|^//\s*nolint|//nolint`)
	for _, s := range sources(t) {
		for _, group := range s.syntax.Comments {
			for _, comment := range group.List {
				if found := later.FindString(comment.Text); found != "" {
					t.Errorf("%s:%d says %s", s.path, s.files.Position(comment.Pos()).Line, strings.TrimSpace(found))
				}
			}
		}
	}
}
