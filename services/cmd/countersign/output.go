package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// writeOutput writes to the standard output, which is "-", into a pipe or a device, or a file whole or not at all.
func writeOutput(ctx context.Context, path string, content []byte, standard io.Writer) error {
	if path == "-" {
		_, err := standard.Write(content)
		return err
	}
	about, err := os.Stat(path)
	switch {
	case err == nil && about.IsDir():
		return fmt.Errorf("%s: is a folder, not a file", path)
	case err == nil && !about.Mode().IsRegular():
		err = await(ctx, func() error { return writeInto(path, content) })
	default:
		err = replace(path, content)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, cause(err))
	}
	return nil
}

// writeInto writes to what is there. A file in its place would take a device or a pipe away from everybody else.
func writeInto(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

// replace writes a file beside its place first, then into it. A symbolic link stays, and what it leads to is replaced.
func replace(path string, content []byte) error {
	if _, err := os.Lstat(path); err == nil {
		if path, err = filepath.EvalSymlinks(path); errors.Is(err, fs.ErrNotExist) {
			return errors.New("is a symbolic link to nothing")
		} else if err != nil {
			return err
		}
	}
	beside, err := os.CreateTemp(filepath.Dir(path), ".countersign-*")
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("the folder that it goes to is not there")
	}
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(beside.Name()) }() // is gone when all went well
	_, writeErr := beside.Write(content)
	if err := errors.Join(writeErr, beside.Sync(), beside.Close()); err != nil {
		return err
	}
	return os.Rename(beside.Name(), path)
}

// cause is an error of the file system without its path, which would be that of the file beside.
func cause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
