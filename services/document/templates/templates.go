// Package templates holds the contract templates that come with Countersign: a services agreement and a non-disclosure
// agreement. Each folder is one template: manifest.yaml says what it needs, and one Markdown file per language is its
// text. They are written to start from; have a lawyer read them, put your own company in as the provider, and raise the
// version in the manifest whenever the text changes.
//
// # Writing a template
//
// The text is Markdown: headings, paragraphs, **bold**, *italic*, lists, tables. Anything else is refused when the
// template is loaded, with its file and line.
//
//   - "# " is the title. "## " starts a clause and "### " a sub-clause; both are numbered by the renderer: 1. and 1.1.
//   - An ordered list directly in a clause is its sub-clauses: 1.1, 1.2, whatever numbers the file has. A table or a
//     paragraph between does not start them anew. Lists within count (a), then (i).
//   - "---" starts a new page. A backslash at the end of a line breaks the line.
//   - {{deal.name}} is a slot for a variable of the manifest. A paragraph, bullet or table row with an optional variable
//     that has no value is left out as a whole, so keep other facts out of it. Numbered text, headings and table heads
//     take required variables only: numbers must not depend on values.
//   - ":::signatures" opens the signature block, one line per role: the role, a colon, the name to print. ":::" ends it.
//   - hyphenation in the manifest lists long words with a hyphen wherever a line may break them.
package templates

import (
	"embed"
	"io/fs"
)

//go:embed services-agreement nda
var files embed.FS

// FS has one folder per template.
func FS() fs.FS { return files }
