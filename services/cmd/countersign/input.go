package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/countersign/countersign/services/document"
)

// await runs work that may wait for ever, such as for the other end of a pipe, until the user has enough.
func await(ctx context.Context, work func() error) error {
	done := make(chan error, 1)
	go func() { done <- work() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return errors.New("interrupted")
	}
}

// readAll reads each of the files.
func readAll(paths []string, read func(string) ([]byte, error)) ([][]byte, error) {
	var all [][]byte
	for _, path := range paths {
		content, err := read(path)
		if err != nil {
			return nil, err
		}
		all = append(all, content)
	}
	return all, nil
}

// readKind reads a file that must be of a kind.
func readKind(path string, is func([]byte) bool, kind string) ([]byte, error) {
	content, err := readFile(path)
	if err == nil && !is(content) {
		err = fmt.Errorf("%s: is no %s", path, kind)
	}
	return content, err
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
	if first, _ := buffered.Peek(2); document.MayBePackage(first) {
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
