package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/countersign/countersign/services/document"
)

type templateCommand struct {
	Check  templateCheckCommand  `cmd:"" help:"Tell everything that is wrong or odd in a template, and what it renders to."`
	Render templateRenderCommand `cmd:"" help:"Render a template with values from a file, and archive nothing."`
}

type templateCheckCommand struct {
	Folder string `arg:"" help:"Folder of the template: manifest.yaml and a text per language."`
}

// Run checks, tells all there is on the standard output, and fails when there is a mistake.
func (c *templateCheckCommand) Run(ctx context.Context, s streams) error {
	return document.CheckTemplate(ctx, c.Folder, s.out)
}

type templateRenderCommand struct {
	Folder       string `arg:"" help:"Folder of the template."`
	Data         string `required:"" placeholder:"FILE" help:"Values by variable name, JSON or YAML; - is the standard input."`
	Out          string `required:"" placeholder:"FILE" help:"Where the PDF, or the PNG, goes; - is the standard output."`
	Language     string `placeholder:"xx" help:"Language of the text, ISO 639-1; needed when the template has several."`
	Placeholders bool   `help:"Show a missing value as its label in brackets instead of refusing."`
	PNG          *int   `name:"png" placeholder:"PAGE" help:"Draw this page, counted from 1, as a PNG instead of writing the PDF."`
	DPI          *int   `name:"dpi" placeholder:"N" help:"Dots per inch of the PNG, 36 to 300; 100 when not given."`
}

// Validate refuses what no template could be drawn as.
func (c *templateRenderCommand) Validate() error {
	switch {
	case c.PNG == nil && c.DPI != nil:
		return errors.New("--dpi: there is no --png")
	case c.PNG != nil && *c.PNG < 1:
		return errors.New("--png: pages count from 1")
	case c.DPI != nil && (*c.DPI < 36 || *c.DPI > 300):
		return errors.New("--dpi: want 36 to 300")
	}
	return nil
}

// Run renders. On a failure nothing is written, and a file that was there stays as it was.
func (c *templateRenderCommand) Run(ctx context.Context, s streams) error {
	request := document.TemplateRequest{
		Folder: c.Folder, Language: c.Language, DataName: c.Data, Placeholders: c.Placeholders, Page: given(c.PNG), Resolution: 100,
	}
	if c.Data == "-" {
		request.DataName = "the standard input"
	}
	if c.DPI != nil {
		request.Resolution = *c.DPI
	}
	err := await(ctx, func() (err error) {
		request.Data, err = readInput(c.Data, s.in)
		return err
	})
	if err != nil {
		return err
	}
	content, err := document.RenderTemplate(ctx, request)
	var choice *document.ChoiceError
	if errors.As(err, &choice) {
		return exit{status: exitMisused, err: err}
	}
	if err != nil {
		return err
	}
	return writeOutput(ctx, c.Out, content, s.out)
}

// mostInput is one byte more than any file of values may have.
const mostInput = 4<<20 + 1

func readInput(path string, from io.Reader) ([]byte, error) {
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		from = file
	}
	return io.ReadAll(io.LimitReader(from, mostInput))
}
