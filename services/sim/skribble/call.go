package skribble

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// maxBody is the vendor's bound on one request body, in bytes.
const maxBody = 60 << 20

// call is one request of an API user, read completely before anything is locked.
type call struct {
	r    *http.Request
	body []byte
	user string // API user; empty on routes without a token
}

// answer is a complete response. It is built while the state is held still.
type answer struct {
	status      int
	contentType string
	location    string // of a redirect
	body        []byte
}

// handler serves one route with the simulator's state to itself.
type handler func(c *call) (answer, error)

func jsonAnswer(v any) (answer, error) {
	body, err := json.Marshal(v)
	return answer{status: http.StatusOK, contentType: "application/json;charset=UTF-8", body: body}, err
}

// serve adapts h; with token set, only API users get through.
func (s *Simulator) serve(h handler, token bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{r: r}
		a, err := s.perform(c, h, token)
		if err != nil {
			s.writeProblem(w, r, err)
			return
		}
		if a.contentType != "" {
			w.Header().Set("Content-Type", a.contentType)
		}
		if a.location != "" {
			w.Header().Set("Location", a.location)
		}
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body)
	}
}

func (s *Simulator) perform(c *call, h handler, token bool) (a answer, err error) {
	if c.body, err = readBody(c.r); err != nil {
		return a, err
	}
	err = s.change(func() error {
		if token {
			if c.user, err = s.authenticate(c.r); err != nil {
				return err
			}
		}
		a, err = h(c)
		return err
	})
	return a, err
}

func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, problem{
			status: http.StatusRequestEntityTooLarge, kind: kindLimit, message: "Request exceeds the maximum size",
		}
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "Request body could not be read")
	}
	return body, nil
}

// warning is something a client sent that the vendor would take without a word.
type warning struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Text   string `json:"text"`
}

func (s *Simulator) warn(c *call, text string) {
	s.warnings = append(s.warnings, warning{c.r.Method, c.r.URL.Path, text})
}

// decode reads a JSON body into T. Fields T does not have are ignored with a warning, or refused when so set.
func decode[T any](s *Simulator, c *call) (T, error) {
	var v, throwaway T
	media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return v, refuse(http.StatusUnsupportedMediaType, "Content type is not supported")
	}
	// A body of null decodes into anything and means nothing.
	if json.Unmarshal(c.body, &v) != nil || !bytes.HasPrefix(bytes.TrimSpace(c.body), []byte("{")) {
		return throwaway, malformed()
	}
	strict := json.NewDecoder(bytes.NewReader(c.body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&throwaway); err != nil {
		s.warn(c, "ignored: "+strings.TrimPrefix(err.Error(), "json: "))
		if s.settings.RejectUnknownFields {
			return v, malformed()
		}
	}
	return v, nil
}
