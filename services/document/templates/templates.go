// Package templates holds the contract templates that come with Countersign: a services agreement and a non-disclosure
// agreement. Each folder is one template: manifest.yaml says what it needs, and one Markdown file per language is its
// text. They are written to start from; have a lawyer read them, put your own company in as the provider, and raise the
// version in the manifest whenever the text changes.
//
// README.md beside them tells people without programming how to write their own.
package templates

import (
	"embed"
	"io/fs"
)

//go:embed services-agreement nda
var files embed.FS

// FS has one folder per template.
func FS() fs.FS { return files }
