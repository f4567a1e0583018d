package inspect

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// Content names what acts or hides in a file, as the contract's metadata `content` does.
type Content string

// What is refused, the worst first: a file with several is refused for the first.
const (
	JavaScript       Content = "JAVASCRIPT"
	LaunchAction     Content = "LAUNCH_ACTION"
	XFA              Content = "XFA"
	EmbeddedFile     Content = "EMBEDDED_FILE"
	RichMedia        Content = "RICH_MEDIA"
	Movie            Content = "MOVIE"
	Sound            Content = "SOUND"
	ThreeD           Content = "3D"
	SubmitForm       Content = "SUBMIT_FORM"
	ImportData       Content = "IMPORT_DATA"
	ResetForm        Content = "RESET_FORM"
	HideAction       Content = "HIDE_ACTION"
	LayerAction      Content = "LAYER_ACTION"
	GoToRemote       Content = "GOTO_REMOTE"
	GoToEmbedded     Content = "GOTO_EMBEDDED"
	NamedAction      Content = "NAMED_ACTION"
	OpenAction       Content = "OPEN_ACTION"
	AdditionalAction Content = "ADDITIONAL_ACTION"
	ExternalData     Content = "EXTERNAL_DATA"
	PostScript       Content = "POSTSCRIPT"
)

// worstFirst is the order in which content is reported.
func worstFirst() []Content {
	return []Content{
		JavaScript, LaunchAction, XFA, EmbeddedFile, RichMedia, Movie, Sound, ThreeD, SubmitForm, ImportData, ResetForm,
		HideAction, LayerAction, GoToRemote, GoToEmbedded, NamedAction, OpenAction, AdditionalAction, ExternalData, PostScript,
	}
}

// ofAction says what an action of type s is refused as; empty when it may stay (ISO 32000-1, 12.6.4, and ISO 32000-2).
func ofAction(s pdf.Name) Content {
	switch s {
	case "JavaScript", "ECMAScript":
		return JavaScript
	case "Launch":
		return LaunchAction
	case "SubmitForm":
		return SubmitForm
	case "ImportData":
		return ImportData
	case "ResetForm":
		return ResetForm
	case "Hide":
		return HideAction
	case "SetOCGState":
		return LayerAction
	case "GoToR":
		return GoToRemote
	case "GoToE":
		return GoToEmbedded
	case "Movie", "Rendition":
		return Movie
	case "Sound":
		return Sound
	case "GoTo3DView":
		return ThreeD
	case "RichMediaExecute":
		return RichMedia
	}
	return ""
}

// ofType says what a dictionary of this Type or Subtype is refused as (ISO 32000-1, 12.5.6 and 13).
func ofType(name pdf.Name) Content {
	switch name {
	case "RichMedia", "RichMediaContent", "RichMediaSettings":
		return RichMedia
	case "Movie", "Screen", "Rendition":
		return Movie
	case "Sound":
		return Sound
	case "3D", "U3D", "PRC":
		return ThreeD
	case "FileAttachment", "EmbeddedFile":
		return EmbeddedFile
	case "PS":
		return PostScript
	}
	return ""
}

// ofURI says what a link to a URI is refused as: some readers run what these schemes hold.
func ofURI(uri []byte) Content {
	scheme, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(string(uri[:min(len(uri), 64)]))), ":")
	switch scheme {
	case "javascript", "vbscript":
		return JavaScript
	case "file":
		return LaunchAction
	}
	return ""
}

// turnsPages says that a named action only shows another page (ISO 32000-1, table 211).
func turnsPages(name pdf.Name) bool {
	return slices.Contains([]pdf.Name{"NextPage", "PrevPage", "FirstPage", "LastPage"}, name)
}
