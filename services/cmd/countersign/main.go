// Command countersign runs the product: all of it, or the roles that are named.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"runtime/debug"
	"slices"
	"syscall"
	_ "time/tzdata" // a container FROM scratch has none

	"github.com/alecthomas/kong"
)

type cli struct {
	Serve    serveCommand    `cmd:"" help:"Run the product, or only the named roles."`
	Demo     demoCommand     `cmd:"" help:"Take two simulated deals from a stage change to Won, with no account and no network."`
	Simulate simulateCommand `cmd:"" help:"Run only the simulated vendors, for a product that runs elsewhere on this machine."`
	Verify   verifyCommand   `cmd:"" help:"Say what a signed PDF proves, with no server, no network and no configuration."`
	Config   configCommand   `cmd:"" help:"Work with the configuration."`
	Archive  archiveCommand  `cmd:"" help:"Work with the archive."`
	Template templateCommand `cmd:"" help:"Work with the templates that contracts are made from."`
	Webhooks webhooksCommand `cmd:"" help:"Keep the vendors' webhook subscriptions in step with the configuration."`

	Version kong.VersionFlag `help:"Print the version and end."`
}

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// exit is a command's end with a status of its own; err is nil when everything was said already.
type exit struct {
	status int
	err    error
}

// Error implements error.
func (e exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

// ExitCode is the status that the process ends with.
func (e exit) ExitCode() int { return e.status }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(status)
}

// run runs one command and returns the exit status: 64 for a command line that cannot be understood, that of the
// command's error when it has one, else 1.
func run(ctx context.Context, args []string, s streams) int {
	parser, err := kong.New(&cli{},
		kong.Name("countersign"),
		kong.Description("Turns a stage change in Kommo into a legally binding signature, and the deal into Won when it is proven."),
		kong.Vars{"version": version()},
		kong.Writers(s.out, s.err),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
	)
	if err != nil {
		return statusOf(err, s.err)
	}
	parsed, err := parser.Parse(args)
	if err == nil {
		err = noneEmpty(parsed)
	}
	if err != nil {
		return statusOf(exit{exitMisused, fmt.Errorf("%w\nTry: countersign --help", err)}, s.err)
	}
	return statusOf(parsed.Run(), s.err)
}

// noneEmpty refuses a value that is given and empty: a script whose variable is not set would drop a check that way.
func noneEmpty(parsed *kong.Context) error {
	for _, given := range parsed.Path {
		value := given.Positional
		if given.Flag != nil {
			value = given.Flag.Value
		}
		if value == nil {
			continue
		}
		target := reflect.Indirect(value.Target)
		empty := target.Kind() == reflect.String && target.Len() == 0
		if target.Kind() == reflect.Slice && target.Type().Elem().Kind() == reflect.String {
			empty = slices.Contains(target.Interface().([]string), "")
		}
		if empty {
			return fmt.Errorf("%s: must not be empty", value.ShortSummary())
		}
	}
	return nil
}

// statusOf says what is left to say of an error.
func statusOf(err error, to io.Writer) int {
	if err == nil {
		return 0
	}
	var coded interface{ ExitCode() int }
	var silent exit
	if !errors.As(err, &silent) || silent.err != nil {
		_, _ = fmt.Fprintln(to, "countersign:", err) // there is nobody left to tell
	}
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return 1
}

// version is what the build knows of its source.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := info.Main.Version
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			text += " " + setting.Value
		}
	}
	return text + " " + info.GoVersion
}
