package main

import (
	"context"
	"fmt"
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
	PNG          int    `name:"png" placeholder:"PAGE" help:"Draw this page, counted from 1, as a PNG instead of writing the PDF."`
	DPI          int    `name:"dpi" default:"100" placeholder:"N" help:"Dots per inch of the PNG, 36 to 300."`
}

// Run renders. On a failure nothing is written, and a file that was there stays as it was.
func (c *templateRenderCommand) Run(ctx context.Context, s streams) error {
	data, err := readInput(c.Data, s.in)
	if err != nil {
		return err
	}
	content, err := document.RenderTemplate(ctx, document.TemplateRequest{
		Folder: c.Folder, Language: c.Language, Data: data, Placeholders: c.Placeholders,
		Page: c.PNG, Resolution: c.DPI,
	})
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
	data, err := io.ReadAll(io.LimitReader(from, mostInput))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return data, nil
}
