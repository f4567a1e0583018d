package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

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
func (c *templateCheckCommand) Run(ctx context.Context) error {
	return document.CheckTemplate(ctx, c.Folder, os.Stdout)
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
func (c *templateRenderCommand) Run(ctx context.Context) error {
	data, err := readInput(c.Data)
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
	return writeOutput(c.Out, content)
}

// mostInput is one byte more than any file of values may have.
const mostInput = 4<<20 + 1

func readInput(path string) ([]byte, error) {
	file := os.Stdin
	if path != "-" {
		var err error
		if file, err = os.Open(path); err != nil {
			return nil, err
		}
		defer file.Close()
	}
	data, err := io.ReadAll(io.LimitReader(file, mostInput))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return data, nil
}

// writeOutput writes a file whole or not at all: beside its place first, then into it.
func writeOutput(path string, content []byte) error {
	if path == "-" {
		_, err := os.Stdout.Write(content)
		return err
	}
	beside, err := os.CreateTemp(filepath.Dir(path), ".countersign-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(beside.Name()) }() // is gone when all went well
	_, writeErr := beside.Write(content)
	if err := errors.Join(writeErr, beside.Sync(), beside.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(beside.Name(), path)
}
