package e2e_test

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// topology is how the product is cut into processes, in the order in which they are started.
type topology struct {
	name      string
	processes [][]string
}

// topologies are both that are supported. Separate roles are started callers first: that must not matter.
func topologies() []topology {
	return []topology{
		{"one process", [][]string{nil}},
		{"a process per role", [][]string{{"gateway"}, {"crm"}, {"signing"}, {"document"}}},
	}
}

// product is the product under test, in one process or several.
type product struct {
	processes []*process
	logs      *logbook
}

// process is one running binary.
type process struct {
	command *exec.Cmd
	done    chan struct{}
	err     error // of Wait; to be read after done is closed
}

// launch starts the product's processes. It does not wait until they answer.
func launch(t testing.TB, shape topology, config string, logs *logbook) *product {
	t.Helper()
	p := &product{logs: logs}
	for _, roles := range shape.processes {
		p.processes = append(p.processes, start(t, append(append([]string{"serve"}, roles...), "--config", config), logs))
	}
	return p
}

func start(t testing.TB, arguments []string, logs *logbook) *process {
	t.Helper()
	command := exec.Command(os.Getenv(binaryVariable), arguments...)
	command.Env = []string{"TMPDIR=" + os.TempDir(), "HOME=" + os.TempDir()} // settings come from the file alone
	command.Stdout, command.Stderr = logs, logs
	if err := command.Start(); err != nil {
		t.Fatalf("start the product: %v", err)
	}
	p := &process{command: command, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.err = command.Wait()
	}()
	return p
}

// exited tells whether one of the processes has ended by itself.
func (p *product) exited() bool {
	return slices.ContainsFunc(p.processes, func(p *process) bool {
		select {
		case <-p.done:
			return true
		default:
			return false
		}
	})
}

// stop asks the processes to end, callers first, and fails the test when one does not, or not well.
func (p *product) stop(t testing.TB) {
	t.Helper()
	for _, process := range p.processes {
		if err := process.command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Errorf("ask %v to stop: %v", process.command.Args[1:], err)
		}
		select {
		case <-process.done:
			if process.err != nil {
				t.Errorf("%v stopped with %v", process.command.Args[1:], process.err)
			}
		case <-time.After(30 * time.Second):
			t.Errorf("%v did not stop in time", process.command.Args[1:])
			process.kill()
		}
	}
}

// kill ends a process at once, as a power cut would.
func (p *process) kill() {
	_ = p.command.Process.Kill() // it may have ended already
	<-p.done
}

// logbook collects what the product writes to its standard error and output.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write takes what a process wrote.
func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// tail is the end of the log without its debug lines.
func (l *logbook) tail(lines int) string {
	all := slices.DeleteFunc(strings.Split(l.String(), "\n"), func(line string) bool {
		return strings.Contains(line, "level=DEBUG")
	})
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// freeAddress reserves a loopback address below the ports that systems hand out by themselves, so that nobody takes it
// between this and the product's start; it is held until release is called.
func freeAddress(t testing.TB) (address string, release func()) {
	t.Helper()
	for range 100 {
		listener, err := net.Listen("tcp", "127.0.0.1:"+randomPort())
		if err == nil {
			return listener.Addr().String(), func() { _ = listener.Close() }
		}
	}
	t.Fatal("no free port was found")
	return "", nil
}
