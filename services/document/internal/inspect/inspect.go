package inspect

import (
	"context"
	"errors"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/pdf"
)

// Report is what was found in a file that is taken in.
type Report struct {
	paper.Inspection
	// Pages holds the size of each page as it is displayed.
	Pages []paper.PageSize
	// Fields are the empty signature fields that have a place on a page, in page order. FormField is set, Role is not.
	Fields []paper.SignatureField
}

// PDF inspects a complete file. A refusal is an *Error; any other error is ctx's.
func PDF(ctx context.Context, file []byte) (Report, error) {
	i := &inspection{ctx: ctx, found: map[Content]bool{}, remarks: newRemarks()}
	err := i.run(file)
	if ctx.Err() != nil {
		return Report{}, ctx.Err()
	}
	if err != nil {
		return Report{}, translated(err)
	}
	i.report.Remarks = i.remarks.list()
	return i.report, nil
}

// inspection is the work on one file.
type inspection struct {
	ctx     context.Context
	doc     *pdf.Document
	report  Report
	remarks *remarks
	found   map[Content]bool
	signed  bool
	// linked says that a link to a URI is somewhere.
	linked          bool
	actions, annots int
	// treePage says that an object is both a page and a node of the page tree.
	treePage bool
}

func (i *inspection) run(file []byte) error {
	var err error
	if i.doc, err = pdf.OpenWithin(file, limits()); err != nil {
		return err
	}
	if err := i.scan(); err != nil {
		return err
	}
	if err := i.whole(file); err != nil {
		return err
	}
	pages, err := i.pages()
	if err != nil {
		return err
	}
	if err := i.fields(pages); err != nil {
		return err
	}
	if i.signed {
		return &Error{Kind: Signed, What: "the file is signed"}
	}
	return i.doc.Err()
}

// whole inspects what is about the whole file.
func (i *inspection) whole(file []byte) error {
	catalog := i.doc.Catalog()
	if catalog == nil {
		return malformed("no catalog")
	}
	version, err := version(file, i.doc.Resolve(catalog["Version"]))
	if err != nil {
		return err
	}
	i.report.PDFVersion = version
	if version < "1.6" {
		i.remarks.add(versionOld, 0)
	}
	if i.doc.Updated() {
		i.remarks.add(incrementalUpdates, 0)
	}
	if groups := i.doc.Array(i.doc.Dict(catalog["OCProperties"])["OCGs"]); len(groups) > 0 {
		i.remarks.add(optionalContent, 0)
	}
	if i.doc.Resolve(i.doc.Dict(catalog["AcroForm"])["NeedAppearances"]) == true {
		i.remarks.add(needAppearances, 0)
	}
	if i.signed = i.signed || len(i.doc.Dict(catalog["Perms"])) > 0; i.doc.Err() != nil {
		return i.doc.Err()
	}
	return nil
}

// version returns the later of the header's and the catalog's, as readers take it (ISO 32000-1, 7.5.2).
func version(file []byte, catalog pdf.Object) (string, error) {
	header := ""
	if len(file) >= len("%PDF-1.7") {
		header = string(file[len("%PDF-"):len("%PDF-1.7")])
	}
	if !known(header) {
		return "", malformed("unknown version")
	}
	switch later := catalog.(type) {
	case nil:
		return header, nil
	case pdf.Name:
		if known(string(later)) {
			return max(header, string(later)), nil
		}
	}
	return "", malformed("unknown version in the catalog")
}

func known(version string) bool {
	return len(version) == 3 && version[1] == '.' &&
		(version[0] == '1' && version[2] >= '0' && version[2] <= '7' || version == "2.0")
}

// translated turns the reader's errors into refusals.
func translated(err error) error {
	var refused *Error
	if errors.As(err, &refused) {
		return refused
	}
	var reader *pdf.Error
	if !errors.As(err, &reader) {
		return err
	}
	switch reader.Kind {
	case pdf.Encrypted:
		return &Error{Kind: Encrypted, What: reader.What}
	case pdf.TooComplex:
		return &Error{Kind: TooComplex, What: reader.What}
	}
	return &Error{Kind: Malformed, What: reader.What}
}
