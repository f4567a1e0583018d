package vendorspec

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// description is one generation of a vendor's files.
type description struct {
	routers.Router
	options *openapi3filter.Options
}

func describe(name string, f file) (*description, error) {
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	loader.ReadFromURIFunc = func(l *openapi3.Loader, where *url.URL) ([]byte, error) {
		text, err := openapi3.ReadFromFile(l, where)
		return []byte(strings.NewReplacer(f.repairs...).Replace(string(text))), err
	}
	doc, err := loader.LoadFromFile(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if doc.Paths.Len() == 0 {
		return nil, fmt.Errorf("%s describes no paths", name)
	}
	// One validator for all: that of 3.1 compiles a schema anew for each value.
	doc.OpenAPI, doc.Servers = "3.0.3", nil
	paths, closer := openapi3.NewPaths(), newCloser()
	for path, item := range doc.Paths.Map() {
		item.Servers = nil
		paths.Set("/"+strings.Trim(strings.TrimPrefix(strings.Trim(path, "/"), f.prefix), "/"), item)
		for _, operation := range item.Operations() {
			closer.operation(operation)
		}
	}
	if len(closer.strange) > 0 {
		return nil, fmt.Errorf("%s: nobody would check %q", name, closer.strange)
	}
	doc.Paths = paths
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &description{router, &openapi3filter.Options{
		MultiError: true, SkipSettingDefaults: true, SchemaValidationOptions: []openapi3.SchemaValidationOption{
			openapi3.SetSchemaRegexCompiler(pattern), openapi3.WithStringFormatValidators(formats()),
		},
	}}, nil
}
