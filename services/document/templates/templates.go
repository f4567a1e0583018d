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
//   - "## Haftung {#haftung}" or "1. {#preis} Die Vergütung ..." gives a clause or item an anchor, a letter of a-z and then
//     a-z, 0-9 and -. [](#haftung) prints its number as it is set, such as 3, 3.2 or 3.2 (b), and leads there: write
//     "Ziffer [](#haftung)". Clauses may then move without a reference going wrong.
//
// # The page
//
// All of this is optional in the manifest:
//
//   - page: {size: A4, margins: {top: 28, bottom: 28, left: 25, right: 25}}. The size is A4 or Letter; margins are whole
//     millimetres.
//   - header and footer beside a language's title: the lines above the text, from the second page on, and below it. They
//     may hold slots, {{page}} and {{pages}}; "" leaves one out.
//   - letterhead: {file: logo.png, width: 50, align: right}. A PNG or JPEG (.jpg) file above the title, so many
//     millimetres wide.
//   - annexes: [preise]. The text preise.de.md follows the signatures on a new page as Anlage 1, with clause numbers of its
//     own, and is signed with the rest. It begins with "# " and its title; [](#preise) prints "Anlage 1".
//   - hyphenation beside a language's title lists words that are broken wrongly, each with a hyphen wherever a line may
//     break it. All other words of the text are broken as the language does; values and headings are not.
//
// # Describing a variable
//
// Each variable of the manifest has a name, a type, and what else people need to fill it in:
//
//   - type: text (one line), lines (up to 12, such as an address), date, money, number, email, choice, or boolean, which
//     reads "yes" or "no" in the language of the text. Dates are given as 2026-11-22, amounts as 1234.50 EUR.
//   - required: true refuses to render without a value. max_length is in characters, 200 when it is left out.
//   - labels: what a form calls it, by language. example: a value that would be accepted; loading checks that it is.
//   - currency: the only one that an amount may have. format: long, short or iso, for a date. decimals: how many a number
//     always shows; without it those that it has.
//   - choices: the only values of a choice, each a text or {value: month, labels: {de: monatlich}}.
//
// A variable of type lines may stand in text and table cells, not in titles, headings, table heads or below a signature.
//
// # A PDF form instead of text
//
// A folder may hold <language>.pdf, a PDF with form fields (AcroForm), in place of <language>.md, for all its languages.
// Its pages stay as they are: values are drawn where the fields are, and only the empty signature fields remain.
//
//   - Each variable fills the field of its own name; "field: Some.Field" names another one. Each field has its variable,
//     except read-only ones. Each role is a signature field of that name.
//   - Text gets smaller until it fits, down to 6 points; what does not fit then is refused. A check box takes a boolean, a
//     radio button its own state, a list one of its options; a field of several lines takes any type.
//   - A variable without a value leaves what the form itself says in the field.
//   - Refused are forms with scripts or actions (also those that format a date or add up numbers), XFA, embedded files,
//     layers, links or comments, passwords, signatures, rotated or cropped pages, fonts that are not embedded other than
//     the standard 14, and more than 200 pages or 500 fields.
//   - The result is a plain PDF 1.7 and not PDF/A; bookmarks and the tags of an accessible form are left out.
//
// "countersign template check FOLDER" tells everything that is wrong in a template, with file and line, and what is odd:
// variables that nothing uses, languages whose clauses differ. "countersign template render FOLDER --data FILE --out
// FILE" shows what it makes of real values.
package templates

import (
	"embed"
	"io/fs"
)

//go:embed services-agreement nda
var files embed.FS

// FS has one folder per template.
func FS() fs.FS { return files }
