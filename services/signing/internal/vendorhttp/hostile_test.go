package vendorhttp

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// hostile is a vendor on a real port that answers every call with the bytes that talk writes.
func hostile(t *testing.T, talk func(io.Writer)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			served.Go(func() {
				defer conn.Close()
				if request, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					_, _ = io.Copy(io.Discard, request.Body)
					talk(conn)
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		served.Wait()
	})
	return "http://" + listener.Addr().String()
}

// says answers 200 with a body of that length, whatever its header tells.
func says(header, body string) func(io.Writer) {
	return func(w io.Writer) {
		fmt.Fprintf(w, "HTTP/1.1 200 OK\r\n%s\r\n%s", header, body)
	}
}

func sized(body string) func(io.Writer) {
	return says(fmt.Sprintf("Content-Length: %d\r\n", len(body)), body)
}

// forever repeats the bytes until the client has enough.
func forever(head, again string, pause time.Duration) func(io.Writer) {
	return func(w io.Writer) {
		_, err := io.WriteString(w, head)
		tick := time.NewTicker(max(pause, time.Microsecond))
		defer tick.Stop()
		for err == nil {
			if pause > 0 {
				<-tick.C
			}
			_, err = io.WriteString(w, again)
		}
	}
}

// bomb is a hundred kilobytes of gzip, in many members, that unpack to 128 MiB of spaces.
func bomb(t *testing.T) string {
	t.Helper()
	var member bytes.Buffer
	w := gzip.NewWriter(&member)
	_, err := w.Write(bytes.Repeat([]byte(" "), 1<<20))
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return strings.Repeat(member.String(), 128)
}

// TestHostileAnswers: whatever a vendor says, a call ends in bounded time and memory, and one that may have had its effect is
// never called a failure.
func TestHostileAnswers(t *testing.T) {
	const unavailable, unknown, fine = "unavailable", "unknown", "fine"
	const head = "HTTP/1.1 200 OK\r\n"
	packed := bomb(t)
	for name, c := range map[string]struct {
		talk         func(io.Writer)
		read, effect string
	}{
		"an object":                 {sized(`{"id":"a"}`), fine, fine},
		"an oversized body":         {forever(head+"\r\n", strings.Repeat(" ", 4096), 0), unavailable, unknown},
		"an oversized announcement": {says("Content-Length: 9223372036854775807\r\n", "{}"), unavailable, unknown},
		"a slow body":               {forever(head+"\r\n", " ", 10*time.Millisecond), unavailable, unknown},
		"a slow header":             {forever(head+"X: ", "x", 10*time.Millisecond), unavailable, unknown},
		"an endless header":         {forever(head+"X: ", strings.Repeat("x", 4096), 0), unavailable, unknown},
		"endless headers":           {forever(head, "X: y\r\n", 0), unavailable, unknown},
		"endless early hints":       {forever("", "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n", 0), unavailable, unknown},
		"endless trailers":          {forever(head+"Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\n{}\r\n0\r\n", "X: y\r\n", 0), unavailable, unknown},
		"endless chunks":            {forever(head+"Transfer-Encoding: chunked\r\n\r\n", "3e8\r\n"+strings.Repeat(" ", 1000)+"\r\n", 0), unavailable, unknown},
		"a chunk that is none":      {says("Transfer-Encoding: chunked\r\n", "zz\r\n{}"), unavailable, unknown},
		"nothing at all":            {func(io.Writer) {}, unavailable, unknown},
		"no HTTP":                   {func(w io.Writer) { fmt.Fprint(w, "SSH-2.0-OpenSSH_9.6\r\n") }, unavailable, unknown},
		"half a status":             {func(w io.Writer) { fmt.Fprint(w, "HTTP/1.1 2") }, unavailable, unknown},
		"a status that is none":     {func(w io.Writer) { fmt.Fprint(w, "HTTP/1.1 999999 OK\r\n\r\n") }, unavailable, unknown},
		"another protocol":          {func(w io.Writer) { fmt.Fprint(w, "HTTP/1.1 101 Switching Protocols\r\n\r\n") }, unavailable, unknown},
		"see other": {func(w io.Writer) {
			fmt.Fprint(w, "HTTP/1.1 303 See Other\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")
		}, unavailable, unknown},
		"a body shorter than told":     {says("Content-Length: 500\r\n", `{"id":"a"}`), unavailable, unknown},
		"a body longer than told":      {says("Content-Length: 5\r\n", `{"id":"a"}`), unavailable, unknown},
		"two lengths":                  {says("Content-Length: 10\r\nContent-Length: 2\r\n", `{"id":"a"}`), unavailable, unknown},
		"a negative length":            {says("Content-Length: -1\r\n", `{"id":"a"}`), unavailable, unknown},
		"a gzip bomb":                  {says(fmt.Sprintf("Content-Encoding: gzip\r\nContent-Length: %d\r\n", len(packed)), packed), unavailable, unknown},
		"gzip that is none":            {says("Content-Encoding: gzip\r\nContent-Length: 2\r\n", "{}"), unavailable, unknown},
		"half a gzip":                  {says("Content-Encoding: gzip\r\nContent-Length: 1000\r\n", packed[:1000]), unavailable, unknown},
		"an encoding nobody asked for": {says("Content-Encoding: br\r\nContent-Length: 4\r\n", "\x0b\x02\x80{"), unavailable, unknown},
		"invalid UTF-8":                {sized("{\"id\":\"\xff\xfe\"}"), fine, fine}, // becomes U+FFFD, which is no id
		"deep JSON":                    {sized(`{"id":` + strings.Repeat("[", 1<<20)), unavailable, unknown},
		"deep JSON to its end":         {sized(`{"x":` + strings.Repeat("[", 1<<19) + strings.Repeat("]", 1<<19) + "}"), unavailable, unknown},
		"half an object":               {sized(`{"id":"a"`), unavailable, unknown},
		"two objects":                  {sized(`{"id":"a"}{"id":"b"}`), unavailable, unknown},
		"another type":                 {sized(`["a"]`), unavailable, unknown},
		"a value of another type":      {sized(`{"id":{"a":1}}`), fine, fine}, // stays empty
		"a number beyond numbers":      {sized(`{"id":"a","n":1` + strings.Repeat("0", 1<<16) + `}`), fine, fine},
		"no body":                      {sized(""), unavailable, unknown},
		"a page":                       {sized("<html>maintenance</html>"), unavailable, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			for effect, want := range map[bool]string{false: c.read, true: c.effect} {
				timeout := 20 * time.Second
				if strings.HasPrefix(name, "a slow") {
					timeout = 300 * time.Millisecond
				}
				client, err := New(Config{BaseURL: hostile(t, c.talk), Timeout: timeout, MaxAnswer: 2 << 20})
				if err != nil {
					t.Fatal(err)
				}
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				start := time.Now()
				var out struct {
					ID string  `json:"id"`
					N  float64 `json:"n"`
				}
				err = client.JSON(context.WithoutCancel(t.Context()), Request{Method: http.MethodPost, Path: "/x", Effect: effect}, struct{}{}, &out)
				took := time.Since(start)
				runtime.ReadMemStats(&after)
				client.http.CloseIdleConnections()
				if got := classOf(err); got != want {
					t.Errorf("effect %v: %s (%v), want %s", effect, got, err, want)
				}
				if took > 15*time.Second {
					t.Errorf("effect %v: ended after %s", effect, took)
				}
				if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
					t.Errorf("effect %v: %d MiB were used for an answer of 2", effect, used>>20)
				}
			}
		})
	}
}

// TestHostileFiles: a file that is streamed is bounded in size and time, and never looks whole when it is not.
func TestHostileFiles(t *testing.T) {
	const pdf = "%PDF-1.7 "
	packed := bomb(t)
	for name, talk := range map[string]func(io.Writer){
		"too large":        forever("HTTP/1.1 200 OK\r\n\r\n"+pdf, strings.Repeat("x", 4096), 0),
		"too slow":         forever("HTTP/1.1 200 OK\r\n\r\n"+pdf, "x", 10*time.Millisecond),
		"a slow beginning": forever("HTTP/1.1 200 OK\r\n\r\n", "%", 100*time.Millisecond),
		"cut off":          says("Content-Length: 5000\r\n", pdf),
		"a bomb":           says(fmt.Sprintf("Content-Encoding: gzip\r\nContent-Length: %d\r\n", len(packed)), packed),
		"a broken chunk":   says("Transfer-Encoding: chunked\r\n", "9\r\n"+pdf+"\r\nzz\r\n"),
		"a slow refusal":   forever("HTTP/1.1 500 Oh\r\n\r\n", " ", 10*time.Millisecond),
		"an empty one":     sized(""),
	} {
		t.Run(name, func(t *testing.T) {
			client, err := New(Config{BaseURL: hostile(t, talk), DownloadTimeout: 300 * time.Millisecond, MaxDownload: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			defer client.http.CloseIdleConnections()
			start := time.Now()
			file, err := client.PDF(context.WithoutCancel(t.Context()), Request{Method: http.MethodGet, Path: "/x"})
			var n int64
			if err == nil {
				n, err = io.Copy(io.Discard, file)
				_ = file.Close() // what counts is how reading ended
			}
			if got := classOf(err); got != "unavailable" || n > 1<<20 {
				t.Errorf("%d bytes, then %s (%v)", n, got, err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("ended after %s", took)
			}
		})
	}
}
