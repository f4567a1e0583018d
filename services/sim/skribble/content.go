package skribble

import (
	"bytes"
	"encoding/base64"
	stdimage "image"
	"image/color"
	"image/png"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// documentContent answers raw bytes unless the client accepts JSON and not PDF.
func (s *Simulator) documentContent(c *call) (answer, error) {
	d, err := s.document(c)
	if err != nil {
		return answer{}, err
	}
	switch preferred(c.r.Header.Values("Accept"), "application/pdf", "application/json") {
	case "application/pdf":
		return answer{status: http.StatusOK, contentType: d.ContentType, body: d.content}, nil
	case "application/json":
		return jsonAnswer(struct {
			ContentType string `json:"content_type"`
			Size        int    `json:"content_size"`
			Content     string `json:"content"`
		}{d.ContentType, d.Size, base64.StdEncoding.EncodeToString(d.content)})
	}
	return answer{}, refuse(http.StatusNotAcceptable, "Could not find acceptable representation")
}

// preferred returns the first offer that the Accept headers name, in the client's order; wildcards and silence mean the
// first offer. Weights are not looked at: no client was seen to send them.
func preferred(accept []string, offers ...string) string {
	list := strings.Split(strings.Join(accept, ","), ",")
	for _, entry := range list {
		media, _, err := mime.ParseMediaType(strings.TrimSpace(entry))
		if strings.TrimSpace(entry) == "" || (err == nil && (media == "*/*" || media == "application/*")) {
			return offers[0]
		}
		if err == nil && slices.Contains(offers, media) {
			return media
		}
	}
	return ""
}

// documentPage answers 202 while the preview is "rendered", which the first call starts, and then a blank page.
func (s *Simulator) documentPage(c *call) (answer, error) {
	d, err := s.document(c)
	if err != nil {
		return answer{}, err
	}
	n, err := strconv.Atoi(c.r.PathValue("page"))
	if err != nil || n < 0 || n >= d.PageCount {
		return answer{}, notFound("Page")
	}
	scale := 100
	if text := c.r.URL.Query().Get("scale"); text != "" {
		if scale, err = strconv.Atoi(text); err != nil || scale < 1 || scale > 200 {
			return answer{}, invalid("scale must be between 1 and 200")
		}
	}
	if !d.rendered[n] {
		d.rendered[n] = true
		return answer{status: http.StatusAccepted}, nil
	}
	body, err := blankPage(min(d.PageWidth, 2000)*scale/100, min(d.PageHeight, 2000)*scale/100)
	return answer{status: http.StatusOK, contentType: "image/png", body: body}, err
}

func blankPage(width, height int) ([]byte, error) {
	white := color.Palette{color.White}
	var out bytes.Buffer
	err := png.Encode(&out, stdimage.NewPaletted(stdimage.Rect(0, 0, max(width, 1), max(height, 1)), white))
	return out.Bytes(), err
}
