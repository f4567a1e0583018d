package gateway

import (
	"net/url"
	"path"
	"strings"
	"unicode"
)

// mostFileName bounds a file name in a header, in characters.
const mostFileName = 128

// attachment is the Content-Disposition of a file to be saved (RFC 6266): the name in ASCII for old clients, and whole in
// UTF-8. The name is a caller's word: what could end the header, name a folder, hide an extension or change the direction
// of the text is replaced, and the extension is the content's.
func attachment(name, mediaType string) string {
	name = safeName(name, extension(mediaType))
	ascii := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || r == '%' { // some clients decode a percent sign even here
			return '_'
		}
		return r
	}, name)
	// RFC 8187: QueryEscape leaves letters, digits, "-", "_", "." and "~"; a blank it writes as "+".
	return `attachment; filename="` + ascii + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

func safeName(name, ext string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`"\/:*?<>|;`, r) || r == unicode.ReplacementChar:
			return '_'
		case r != ' ' && !unicode.IsGraphic(r), unicode.IsSpace(r) && r != ' ': // controls and directions
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	if strings.EqualFold(path.Ext(name), ext) {
		name = name[:len(name)-len(ext)]
	}
	if runes := []rune(name); len(runes) > mostFileName-len(ext) {
		name = string(runes[:mostFileName-len(ext)])
	}
	if name = strings.Trim(name, ". "); name == "" {
		name = "document"
	}
	return name + ext
}

// extension of the media types that documents have.
func extension(mediaType string) string {
	switch mediaType {
	case "application/pdf":
		return ".pdf"
	case "application/zip":
		return ".zip"
	}
	return ".bin"
}
