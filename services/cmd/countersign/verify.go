package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/countersign/countersign/services/document"
)

type verifyCommand struct {
	JSON              bool      `name:"json" help:"Print one JSON object."`
	Anchors           []string  `sep:"none" placeholder:"PEM" help:"Trust the certificates in this file; a line 'Proves: QES-EIDAS TIMESTAMP' before one says for what. Repeatable."`
	TrustedLists      string    `placeholder:"DIR" help:"Ask the trusted lists in this folder."`
	Sent              string    `placeholder:"PDF" help:"The document that was sent to be signed."`
	Level             string    `enum:",SES,AES,QES" default:"" help:"Level that the file must prove: SES, AES or QES."`
	Legislation       string    `enum:",EIDAS,ZERTES" default:"" help:"Law that the level is meant under: EIDAS, which is the default, or ZERTES."`
	Signer            []string  `sep:"none" placeholder:"\"FIRST LAST\"" help:"Person who must have signed. Repeatable."`
	Signatures        int       `placeholder:"N" help:"Number of signatures that the file must hold."`
	Revocation        []string  `sep:"none" placeholder:"FILE" help:"CRL or OCSP answer to use beside those in the file. Repeatable."`
	RequireRevocation bool      `help:"Leave it open when a certificate's revocation status is unknown."`
	At                time.Time `placeholder:"TIME" help:"Verify as of this time, such as 2026-11-26T12:00:00Z, instead of now."`
	File              string    `arg:"" help:"The signed PDF, or an evidence package, whose own expectations hold where none are given; - reads the standard input."`
}

// The exit statuses of verify beside 0, which is a file that proves what it should. misused is that of sysexits.h.
const (
	exitFailed        = 1
	exitIndeterminate = 2
	exitMisused       = 64
)

// Validate refuses what no file could fulfil.
func (c *verifyCommand) Validate() error {
	if c.Signatures < 0 {
		return errors.New("--signatures must not be negative")
	}
	if c.Signatures > 0 && len(c.Signer) > c.Signatures {
		return errors.New("more --signer than --signatures")
	}
	for _, name := range c.Signer {
		if !strings.ContainsFunc(name, unicode.IsLetter) {
			return errors.New("--signer must be a name")
		}
	}
	return nil
}

// Run prints what the file proves. The error carries the exit status.
func (c *verifyCommand) Run(ctx context.Context, s streams) error {
	request, err := c.read(ctx, s.in)
	if err != nil {
		return exit{status: exitMisused, err: err}
	}
	v, err := document.Verify(ctx, request)
	if err != nil {
		return exit{status: exitMisused, err: err}
	}
	if c.JSON {
		encoder := json.NewEncoder(s.out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		err = encoder.Encode(v)
	} else {
		err = v.WriteText(s.out)
	}
	switch {
	case err != nil:
		return exit{status: exitMisused, err: fmt.Errorf("write the result: %w", err)}
	case v.Verdict == "PROVEN" || v.Verdict == "ATTESTED_BY_PROVIDER":
		return nil
	case v.Verdict == "INDETERMINATE":
		return exit{status: exitIndeterminate}
	}
	return exit{status: exitFailed}
}

// read is request, until the user has enough: a pipe may stay empty for ever.
func (c *verifyCommand) read(ctx context.Context, in io.Reader) (document.VerifyRequest, error) {
	var r document.VerifyRequest
	err := await(ctx, func() (err error) {
		r, err = c.request(in)
		return err
	})
	if err != nil {
		return document.VerifyRequest{}, err // r may still be written to
	}
	return r, nil
}

// request reads every file that the command line names.
func (c *verifyCommand) request(in io.Reader) (document.VerifyRequest, error) {
	r := document.VerifyRequest{
		Name: c.File, TrustedLists: c.TrustedLists, Level: c.Level, Legislation: c.Legislation, Signers: c.Signer,
		Signatures: c.Signatures, RequireRevocation: c.RequireRevocation, At: c.At,
	}
	if r.At.IsZero() {
		r.At = time.Now()
	}
	var err error
	if c.File == "-" {
		r.File, err = readBounded("the standard input", in)
	} else {
		r.File, err = readFile(c.File)
	}
	if err == nil && c.Sent != "" {
		r.Sent, err = readFile(c.Sent)
	}
	if err != nil {
		return r, err
	}
	if r.Anchors, err = readFiles(c.Anchors); err != nil {
		return r, err
	}
	r.Revocation, err = readFiles(c.Revocation)
	return r, err
}

func readFiles(paths []string) ([][]byte, error) {
	var all [][]byte
	for _, path := range paths {
		content, err := readFile(path)
		if err != nil {
			return nil, err
		}
		all = append(all, content)
	}
	return all, nil
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readBounded(path, file)
}

// readBounded reads as much as is looked at, and refuses more.
func readBounded(name string, from io.Reader) ([]byte, error) {
	limit, buffered := document.MaxVerifyBytes, bufio.NewReader(from)
	if first, _ := buffered.Peek(2); document.IsPackage(first) {
		limit = document.MaxPackageBytes
	}
	var content bytes.Buffer
	if file, ok := from.(interface{ Stat() (os.FileInfo, error) }); ok {
		if about, err := file.Stat(); err == nil && about.Size() <= int64(limit) {
			content.Grow(int(about.Size()) + bytes.MinRead) // at once: growing step by step takes three times as much
		}
	}
	if _, err := content.ReadFrom(io.LimitReader(buffered, int64(limit)+1)); err != nil {
		return nil, err
	}
	if content.Len() > limit {
		return nil, fmt.Errorf("%s: larger than %d MiB", name, limit>>20)
	}
	return content.Bytes(), nil
}
