package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/countersign/countersign/services/document"
)

type verifyCommand struct {
	JSON              bool     `name:"json" help:"Print one JSON object."`
	Anchors           []string `sep:"none" placeholder:"PEM" help:"Trust the certificates in this file; a line 'Proves: QES-EIDAS TIMESTAMP' before one says for what. Repeatable."`
	TrustedLists      string   `placeholder:"DIR" help:"Ask the trusted lists in this folder."`
	Sent              string   `placeholder:"PDF" help:"The document that was sent to be signed."`
	Level             *string  `enum:"SES,AES,QES" help:"Level that the file must prove: SES, AES or QES."`
	Legislation       *string  `enum:"EIDAS,ZERTES" help:"Law that the level is meant under: EIDAS, which is the default, or ZERTES."`
	Signer            []string `sep:"none" placeholder:"\"FIRST LAST\"" help:"Person who must have signed, by first and last name. Repeatable."`
	Signatures        *int     `placeholder:"N" help:"Number of signatures that the file must hold, at least 1."`
	Revocation        []string `sep:"none" placeholder:"FILE" help:"CRL or OCSP answer, DER or PEM, to use beside those in the file. Repeatable."`
	RequireRevocation bool     `help:"Leave it open when a certificate's revocation status is unknown."`
	At                moment   `placeholder:"TIME" help:"Verify as of this time instead of now: 2026-11-26T12:00:00Z, or 2026-11-26 for the start of that day in UTC."`
	File              string   `arg:"" help:"The signed PDF, or an evidence package, whose own expectations hold where none are given; - reads the standard input."`
}

// moment is a point in time as people write it.
type moment struct{ time.Time }

// UnmarshalText reads RFC 3339, or a date, which is the start of that day in UTC.
func (m *moment) UnmarshalText(text []byte) error {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, string(text)); err == nil && !t.IsZero() {
			m.Time = t
			return nil
		}
	}
	return errors.New("want a time such as 2026-11-26T12:00:00Z, or a date such as 2026-11-26")
}

// The exit statuses of verify beside 0, which is a file that proves what it should. misused is that of sysexits.h.
const (
	exitFailed        = 1
	exitIndeterminate = 2
	exitMisused       = 64
)

// Validate refuses what no file could fulfil.
func (c *verifyCommand) Validate() error {
	if c.Signatures != nil && *c.Signatures < 1 {
		return errors.New("--signatures: want at least 1")
	}
	if c.Signatures != nil && len(c.Signer) > *c.Signatures {
		return errors.New("more --signer than --signatures")
	}
	for _, name := range c.Signer {
		words := slices.DeleteFunc(strings.Fields(name), func(word string) bool {
			return !strings.ContainsFunc(word, unicode.IsLetter)
		})
		if len(words) < 2 {
			return errors.New("--signer: want FIRST LAST, such as \"Anna Muster\"")
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
		Name: c.File, TrustedLists: c.TrustedLists, Level: given(c.Level), Legislation: given(c.Legislation),
		Signers: c.Signer, Signatures: given(c.Signatures), RequireRevocation: c.RequireRevocation, At: c.At.Time,
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
		r.Sent, err = readKind(c.Sent, document.IsPDF, "PDF")
	}
	if err != nil {
		return r, err
	}
	if r.Anchors, err = readAll(c.Anchors, readFile); err != nil {
		return r, err
	}
	r.Revocation, err = readAll(c.Revocation, func(path string) ([]byte, error) {
		return readKind(path, document.IsRevocation, "CRL or OCSP answer that can be read")
	})
	return r, err
}

// given is what was given, or else the zero value.
func given[T any](v *T) T {
	if v == nil {
		v = new(T)
	}
	return *v
}
