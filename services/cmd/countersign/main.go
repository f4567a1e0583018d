// Command countersign runs the product: all of it, or the roles that are named.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // a container FROM scratch has none

	"github.com/alecthomas/kong"
)

type cli struct {
	Serve    serveCommand    `cmd:"" help:"Run the product, or only the named roles."`
	Demo     demoCommand     `cmd:"" help:"Take two simulated deals from a stage change to Won, with no account and no network."`
	Simulate simulateCommand `cmd:"" help:"Run only the simulated vendors, for a product that runs elsewhere on this machine."`
	Config   configCommand   `cmd:"" help:"Work with the configuration."`
	Template templateCommand `cmd:"" help:"Work with the templates that contracts are made from."`

	Version kong.VersionFlag `help:"Print the version and end."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parsed := kong.Parse(&cli{},
		kong.Name("countersign"),
		kong.Description("Turns a stage change in Kommo into a legally binding signature, and the deal into Won when it is proven."),
		kong.UsageOnError(),
		kong.Vars{"version": version()},
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "countersign:", err)
		stop()
		os.Exit(1)
	}
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
