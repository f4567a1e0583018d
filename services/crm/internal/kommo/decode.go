package kommo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/url"
	"strconv"
	"strings"
)

// maxDepth bounds the nesting of a hook's tree. Kommo's deepest is 8.
const maxDepth = 32

// HookError says why a body is no hook. It holds none of the body.
type HookError struct {
	Problem string
	// TooLarge means that the body is over MaxHookBytes.
	TooLarge bool
}

// Error names the problem only.
func (e *HookError) Error() string { return "kommo hook: " + e.Problem }

// Decode reads a hook in either encoding of the same tree: a form with bracketed keys, as Kommo sends it, or JSON. A body
// that starts with a brace is JSON whatever the content type says. The only failure is a *HookError; values that make no
// sense count as not sent, and what is unknown is named in the Hook.
func Decode(contentType string, body []byte) (Hook, error) {
	if len(body) > MaxHookBytes {
		return Hook{}, &HookError{Problem: "the body is over " + strconv.Itoa(MaxHookBytes) + " bytes", TooLarge: true}
	}
	r := newReader()
	media, _, _ := mime.ParseMediaType(contentType)
	isJSON := bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) || strings.HasSuffix(media, "json")
	read := readForm
	if isJSON {
		read = readJSON
	}
	if err := read(body, r); err != nil {
		return Hook{}, err
	}
	return r.done(), nil
}

// readForm splits the body itself: net/url refuses more than 10,000 pairs.
func readForm(body []byte, r *reader) error {
	path := make([]string, 0, maxDepth)
	for pair := range strings.SplitSeq(string(body), "&") {
		key, value, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(key)
		if err != nil {
			return &HookError{Problem: "broken percent-encoding in a key"}
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return &HookError{Problem: "broken percent-encoding in a value"}
		}
		if path = splitKey(path[:0], key); len(path) > 0 {
			r.put(path, value)
		}
	}
	return nil
}

// splitKey appends the segments of group[a][b] to path. A key with text outside of its brackets or nested too deep is none
// of Kommo's and yields nothing.
func splitKey(path []string, key string) []string {
	group, rest, bracket := strings.Cut(key, "[")
	if group == "" {
		return nil
	}
	path = append(path, group)
	for bracket {
		segment, after, closed := strings.Cut(rest, "]")
		if !closed || len(path) == maxDepth {
			return nil
		}
		path = append(path, segment)
		if after == "" {
			break
		}
		if rest, bracket = strings.CutPrefix(after, "["); !bracket {
			return nil
		}
	}
	return path
}

// frame is an open object or list. In an object every other token is a key.
type frame struct {
	list    bool
	wantKey bool
	index   int
}

// readJSON walks the tokens, so that no tree is built.
func readJSON(body []byte, r *reader) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	w := jsonWalk{path: make([]string, 0, maxDepth), reader: r}
	for {
		token, err := decoder.Token()
		if err == io.EOF && w.ended {
			return nil
		}
		if err != nil || w.ended {
			return &HookError{Problem: "broken JSON"}
		}
		if err := w.take(token); err != nil {
			return err
		}
	}
}

type jsonWalk struct {
	open   []frame
	path   []string
	reader *reader
	ended  bool
}

func (w *jsonWalk) take(token json.Token) error {
	if delim, ok := token.(json.Delim); ok && (delim == '}' || delim == ']') {
		w.open = w.open[:len(w.open)-1]
		w.leave()
		return nil
	}
	if top := w.top(); top != nil && top.wantKey {
		key, _ := token.(string)
		w.path = append(w.path, key)
		top.wantKey = false
		return nil
	} else if top != nil && top.list {
		w.path = append(w.path, strconv.Itoa(top.index))
		top.index++
	}
	if delim, ok := token.(json.Delim); ok {
		if len(w.open) == maxDepth || len(w.open) == 0 && delim == '[' {
			return &HookError{Problem: "no object, or nested too deep"}
		}
		w.open = append(w.open, frame{list: delim == '[', wantKey: delim == '{'})
		return nil
	}
	if len(w.path) == 0 {
		return &HookError{Problem: "no object"}
	}
	if token != nil {
		w.reader.put(w.path, fmt.Sprint(token))
	}
	w.leave()
	return nil
}

// leave ends a value: its key or index goes, and an object waits for the next key.
func (w *jsonWalk) leave() {
	top := w.top()
	if top == nil {
		w.ended = true
		return
	}
	w.path = w.path[:len(w.path)-1]
	top.wantKey = !top.list
}

func (w *jsonWalk) top() *frame {
	if len(w.open) == 0 {
		return nil
	}
	return &w.open[len(w.open)-1]
}
