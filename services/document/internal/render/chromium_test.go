package render

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// chromium is a browser without a window and with a profile of its own.
func chromium(ctx context.Context, j job, arguments ...string) *exec.Cmd {
	return pinned(ctx, j.program, append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + filepath.Join(filepath.Dir(j.out), "profile"),
	}, arguments...)...)
}

// devTools talks to a browser over a pair of pipes: JSON texts, a zero byte after each, as
// https://chromedevtools.github.io/devtools-protocol/ says.
type devTools struct {
	t       *testing.T
	out     io.Writer
	in      *bufio.Reader
	session string
	id      int
}

type devMessage struct {
	ID        int             `json:"id,omitempty"`
	Session   string          `json:"sessionId,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    map[string]any  `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	ErrorText json.RawMessage `json:"error,omitempty"`
}

// driveChromium starts a browser once and lets it print a page again and again.
func driveChromium(ctx context.Context, t *testing.T, j job) (*os.ProcessState, []time.Duration) {
	t.Helper()
	theirIn, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	in, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	browser := chromium(ctx, j, "--remote-debugging-pipe", "about:blank")
	browser.ExtraFiles = []*os.File{theirIn, theirOut} // 3 and 4, where the browser looks
	if err := browser.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = theirIn.Close(), theirOut.Close()
	d := &devTools{t: t, out: out, in: bufio.NewReader(in)}
	d.attach()
	took := make([]time.Duration, 0, j.renders)
	for range j.renders {
		start := time.Now()
		d.print(j)
		took = append(took, time.Since(start))
	}
	d.session = ""
	d.call("Browser.close", nil, nil)
	if err := browser.Wait(); err != nil {
		t.Fatal(err)
	}
	_, _ = in.Close(), out.Close()
	return browser.ProcessState, took
}

func (d *devTools) attach() {
	var target struct{ TargetID string }
	var session struct{ SessionID string }
	d.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	d.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session)
	d.session = session.SessionID
	d.call("Page.enable", nil, nil)
}

func (d *devTools) print(j job) {
	d.call("Page.navigate", map[string]any{"url": "file://" + j.html}, nil)
	for d.read().Method != "Page.loadEventFired" {
	}
	var printed struct{ Data []byte }
	d.call("Page.printToPDF", map[string]any{"preferCSSPageSize": true, "printBackground": true}, &printed)
	if err := os.WriteFile(j.out, printed.Data, 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// call asks for something and waits for the answer.
func (d *devTools) call(method string, params map[string]any, into any) {
	d.t.Helper()
	d.id++
	text, err := json.Marshal(devMessage{ID: d.id, Session: d.session, Method: method, Params: params})
	if err == nil {
		_, err = d.out.Write(append(text, 0))
	}
	if err != nil {
		d.t.Fatal(err)
	}
	for {
		m := d.read()
		if m.ID != d.id {
			continue
		}
		if m.ErrorText != nil {
			d.t.Fatalf("%s: %s", method, m.ErrorText)
		}
		if into != nil {
			if err := json.Unmarshal(m.Result, into); err != nil {
				d.t.Fatal(err)
			}
		}
		return
	}
}

func (d *devTools) read() devMessage {
	d.t.Helper()
	text, err := d.in.ReadBytes(0)
	if err != nil {
		d.t.Fatal(err)
	}
	var m devMessage
	if err := json.Unmarshal(text[:len(text)-1], &m); err != nil {
		d.t.Fatal(err)
	}
	return m
}
