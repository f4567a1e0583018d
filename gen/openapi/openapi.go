// Package openapi holds the description of the JSON API, generated from the contracts beside it.
package openapi

import (
	_ "embed"
)

//go:embed countersign.swagger.json
var description []byte

// Description returns the OpenAPI 2.0 document of the JSON API.
func Description() []byte { return description }
