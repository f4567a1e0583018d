package inspect

import (
	"slices"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// scan reads the raw object table. Which of several things a file is refused for does not depend on their order in it.
func (i *inspection) scan() error {
	i.doc.Each(func(_ pdf.Ref, o pdf.Object) bool {
		i.object(o)
		return i.ctx.Err() == nil
	})
	i.opening(i.doc.Catalog())
	if err := i.doc.Err(); err != nil {
		return err
	}
	for _, content := range worstFirst() {
		if i.found[content] {
			return &Error{Kind: Active, Content: content, What: "the file holds active or hidden content"}
		}
	}
	if i.actions > maxActions {
		return &Error{Kind: TooComplex, What: "too many actions"}
	}
	return nil
}

// object inspects a value and all that is written inside it. The reader bounds how deep that is.
func (i *inspection) object(o pdf.Object) {
	switch x := o.(type) {
	case pdf.Array:
		for _, v := range x {
			i.object(v)
		}
	case pdf.Dict:
		i.dict(x)
	case *pdf.Stream:
		i.dict(x.Dict)
		i.stream(x.Dict)
	}
}

func (i *inspection) dict(d pdf.Dict) {
	for key, v := range d {
		i.object(v)
		i.key(key, v)
	}
	i.refuse(ofType(i.name(d["Type"])))
	i.refuse(ofType(i.name(d["Subtype"])))
	if s := i.name(d["S"]); s != "" {
		i.action(s, d)
	}
	if i.name(d["FT"]) == "Sig" && i.doc.Resolve(d["V"]) != nil {
		i.signed = true
	}
	if i.name(d["Type"]) == "Page" && d["Kids"] != nil {
		i.treePage = true
	}
}

// action inspects a dictionary that may be an action: structure elements and others have a key S as well.
func (i *inspection) action(s pdf.Name, d pdf.Dict) {
	i.refuse(ofAction(s))
	switch s {
	case "URI":
		if uri, ok := i.doc.Resolve(d["URI"]).(pdf.String); ok {
			i.linked = true
			i.refuse(ofURI(uri.Bytes))
		}
	case "Named":
		if n := i.name(d["N"]); n != "" && !turnsPages(n) {
			i.refuse(NamedAction)
		}
	case "Thread":
		if i.doc.Resolve(d["F"]) != nil {
			i.refuse(GoToRemote)
		}
	}
}

// key inspects an entry that means something wherever it stands. Resources may have any name, so the value must fit.
func (i *inspection) key(key pdf.Name, v pdf.Object) {
	switch key {
	case "JS":
		switch i.doc.Resolve(v).(type) {
		case pdf.String, *pdf.Stream:
			i.refuse(JavaScript)
		}
	case "JavaScript":
		if i.filled(v) {
			i.refuse(JavaScript)
		}
	case "XFA":
		switch i.doc.Resolve(v).(type) {
		case *pdf.Stream, pdf.Array:
			i.refuse(XFA)
		}
	case "NeedsRendering":
		if i.doc.Resolve(v) == true {
			i.refuse(XFA)
		}
	case "EmbeddedFiles":
		if i.filled(v) {
			i.refuse(EmbeddedFile)
		}
	case "EF":
		files := i.doc.Dict(v)
		for _, system := range []pdf.Name{"F", "UF", "DOS", "Mac", "Unix"} {
			if i.doc.Resolve(files[system]) != nil {
				i.refuse(EmbeddedFile)
			}
		}
	case "RichMediaContent", "RichMediaSettings":
		i.refuse(RichMedia)
	case "ByteRange":
		i.signed = true
	case "AA":
		triggers, _ := i.doc.Resolve(v).(pdf.Dict)
		for _, a := range triggers {
			if !i.unasked(a, AdditionalAction) {
				break
			}
		}
	}
}

// filled says that a name tree has entries.
func (i *inspection) filled(tree pdf.Object) bool {
	d := i.doc.Dict(tree)
	return len(i.doc.Array(d["Names"])) > 0 || len(i.doc.Array(d["Kids"])) > 0
}

func (i *inspection) stream(d pdf.Dict) {
	if i.doc.Resolve(d["F"]) != nil || i.name(d["Subtype"]) == "Form" && i.doc.Dict(d["Ref"]) != nil {
		i.refuse(ExternalData)
	}
	if i.name(d["Subtype2"]) == "PS" {
		i.refuse(PostScript)
	}
	if i.doc.Resolve(d["Alternates"]) != nil {
		i.remarks.add(alternateImage, 0)
	}
}

// opening inspects what happens when the file is opened; going to a page is fine.
func (i *inspection) opening(catalog pdf.Dict) { i.unasked(catalog["OpenAction"], OpenAction) }

// unasked inspects an action that nobody has to click, and those chained to it. It answers false when there are too many.
func (i *inspection) unasked(o pdf.Object, content Content) bool {
	if i.actions++; i.actions > maxActions {
		return false
	}
	d, ok := i.doc.Resolve(o).(pdf.Dict)
	if !ok {
		return true // a destination, or nothing
	}
	if s := i.name(d["S"]); s != "" && s != "GoTo" {
		i.refuse(content)
	}
	switch next := i.doc.Resolve(d["Next"]).(type) {
	case pdf.Array:
		return !slices.ContainsFunc(next, func(n pdf.Object) bool { return !i.unasked(n, content) })
	case pdf.Dict:
		return i.unasked(next, content)
	}
	return true
}

func (i *inspection) refuse(content Content) {
	if content != "" {
		i.found[content] = true
	}
}

func (i *inspection) name(o pdf.Object) pdf.Name {
	n, _ := i.doc.Resolve(o).(pdf.Name)
	return n
}
