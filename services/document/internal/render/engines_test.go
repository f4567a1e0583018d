package render

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	strict "github.com/countersign/countersign/services/document/internal/pdf"
)

const (
	// benchRounds says how often each engine takes its turn.
	benchRounds = "COUNTERSIGN_RENDER_ROUNDS"
	// benchChild makes a process of its own render a number of times into a file.
	benchChild = "COUNTERSIGN_RENDER_CHILD"
)

// engine turns the services agreement into a PDF a number of times in one process.
type engine struct {
	name, program string
	renders       int
	// command prints the milliseconds of each render; nil for drive.
	command func(ctx context.Context, j job) *exec.Cmd
	// drive is for an engine that has to be talked to.
	drive func(ctx context.Context, t *testing.T, j job) (state *os.ProcessState, took []time.Duration)
	// once measures the life of a process that renders once and prints nothing.
	once bool
}

// job is what an engine renders, and where to.
type job struct {
	program, html, out string
	renders            int
}

// measured is what the rounds of one engine came to.
type measured struct {
	took  []time.Duration
	cpu   time.Duration
	peak  int64 // of the largest process, in bytes
	pages int
	size  int
}

// TestRenderBesideOthers renders the same contract with this renderer and with what else is installed, each in processes
// of its own on one processor core, in turns, and prints a table. It judges nobody's speed.
func TestRenderBesideOthers(t *testing.T) {
	if n, err := strconv.Atoi(os.Getenv(benchChild)); err == nil {
		renderMany(t, n)
		return
	}
	rounds, err := strconv.Atoi(os.Getenv(benchRounds))
	if err != nil {
		t.Skipf("%s says no number of rounds: run make bench-document", benchRounds)
	}
	folder := t.TempDir()
	source := filepath.Join(folder, "contract.html")
	if err := os.WriteFile(source, []byte(page(t, builtin(t, "services-agreement"), "de", deal())), 0o600); err != nil {
		t.Fatal(err)
	}
	list := slices.DeleteFunc(engines(), func(e engine) bool {
		_, err := exec.LookPath(e.program)
		if err != nil {
			t.Logf("NOT MEASURED: %s, because %s is not installed", e.name, e.program)
		}
		return err != nil
	})
	results := make([]measured, len(list))
	for range rounds {
		for i, e := range list {
			results[i].add(t, e, job{program: e.program, html: source, out: filepath.Join(folder, "out.pdf"), renders: e.renders})
		}
	}
	t.Logf("%d rounds on one core\n%s", rounds, report(list, results))
}

func engines() []engine {
	self := os.Args[0]
	child := func(ctx context.Context, j job) *exec.Cmd {
		c := pinned(ctx, j.program, "-test.run=^TestRenderBesideOthers$", "-test.v")
		c.Env = append(os.Environ(), benchChild+"="+strconv.Itoa(j.renders), "COUNTERSIGN_RENDER_OUT="+j.out)
		return c
	}
	return []engine{
		{name: "Countersign, running", program: self, renders: 60, command: child},
		{name: "WeasyPrint, running", program: "weasyprint", renders: 6, command: func(ctx context.Context, j job) *exec.Cmd {
			python := interpreter(j.program)
			return pinned(ctx, python[0], append(python[1:], "-c", weasyPrint, j.html, j.out, strconv.Itoa(j.renders))...)
		}},
		{name: "Chromium, running", program: "chromium", renders: 20, drive: driveChromium},
		{name: "Countersign, started", program: self, renders: 1, once: true, command: child},
		{name: "WeasyPrint, started", program: "weasyprint", renders: 1, once: true, command: func(ctx context.Context, j job) *exec.Cmd {
			return pinned(ctx, j.program, "-q", j.html, j.out)
		}},
		{name: "Chromium, started", program: "chromium", renders: 1, once: true, command: func(ctx context.Context, j job) *exec.Cmd {
			return chromium(ctx, j, "--print-to-pdf="+j.out, "--no-pdf-header-footer", "file://"+j.html)
		}},
	}
}

const weasyPrint = `import sys, time, weasyprint
for _ in range(int(sys.argv[3])):
    start = time.perf_counter()
    weasyprint.HTML(filename=sys.argv[1]).write_pdf(sys.argv[2])
    print("took", (time.perf_counter() - start) * 1000)`

// interpreter is what runs a script: it knows the modules that the script needs.
func interpreter(script string) []string {
	path, _ := exec.LookPath(script)
	text, _ := os.ReadFile(path)
	first, _, _ := strings.Cut(string(text), "\n")
	if words := strings.Fields(strings.TrimPrefix(first, "#!")); len(words) > 0 {
		return words
	}
	return []string{"python3"}
}

// pinned runs a program on one core, where the system can.
func pinned(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	if _, err := exec.LookPath("taskset"); err != nil {
		return exec.CommandContext(ctx, program, arguments...)
	}
	return exec.CommandContext(ctx, "taskset", append([]string{"-c", "0", program}, arguments...)...)
}

// renderMany is the life of a process of this renderer.
func renderMany(t *testing.T, n int) {
	r, source, values := renderer(t), builtin(t, "services-agreement"), deal()
	for range n {
		start := time.Now()
		result, err := r.Render(t.Context(), source, "de", values)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(os.Getenv("COUNTERSIGN_RENDER_OUT"), result.PDF, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Logf("took %f", float64(time.Since(start))/float64(time.Millisecond))
	}
}

func (m *measured) add(t *testing.T, e engine, j job) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	work := e.run
	if e.drive != nil {
		work = e.drive
	}
	state, took := work(ctx, t, j)
	if len(took) != j.renders {
		t.Fatalf("%s rendered %d times, not %d", e.name, len(took), j.renders)
	}
	file, err := os.ReadFile(j.out)
	if err != nil {
		t.Fatal(err)
	}
	document, err := strict.Open(file)
	if err != nil {
		t.Fatalf("%s: %v", e.name, err)
	}
	m.took, m.cpu = append(m.took, took...), m.cpu+state.UserTime()+state.SystemTime()
	m.pages, m.size = len(document.Pages()), len(file)
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		m.peak = max(m.peak, usage.Maxrss<<10) // kilobytes on Linux
	}
}

// run lets a process do its work.
func (e engine) run(ctx context.Context, t *testing.T, j job) (*os.ProcessState, []time.Duration) {
	t.Helper()
	command := e.command(ctx, j)
	var complaint bytes.Buffer
	command.Stderr = &complaint
	start := time.Now()
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", e.name, err, complaint.String())
	}
	if e.once {
		return command.ProcessState, []time.Duration{time.Since(start)}
	}
	return command.ProcessState, printedTimes(out)
}

// printedTimes finds the milliseconds that follow the word "took".
func printedTimes(out []byte) []time.Duration {
	var took []time.Duration
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		if _, after, found := strings.Cut(lines.Text(), "took "); found {
			if ms, err := strconv.ParseFloat(after, 64); err == nil {
				took = append(took, time.Duration(ms*float64(time.Millisecond)))
			}
		}
	}
	return took
}

func report(list []engine, results []measured) string {
	var b strings.Builder
	b.WriteString("| engine | pages | p50 ms | renders/s | CPU ms each | peak MB | PDF KB | p50 to ours |\n|---|---|---|---|---|---|---|---|\n")
	ours := map[bool]float64{}
	for i, e := range list {
		m := results[i]
		slices.Sort(m.took)
		p50, sum := m.took[len(m.took)/2].Seconds(), time.Duration(0)
		for _, d := range m.took {
			sum += d
		}
		if strings.HasPrefix(e.name, "Countersign") {
			ours[e.once] = p50
		}
		n := float64(len(m.took))
		fmt.Fprintf(&b, "| %s | %d | %.1f | %.1f | %.0f | %d | %d | %.1f |\n", e.name, m.pages, p50*1000, n/sum.Seconds(),
			m.cpu.Seconds()*1000/n, m.peak>>20, m.size>>10, p50/ours[e.once])
	}
	return b.String()
}
