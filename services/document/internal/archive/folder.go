package archive

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// unfinished begins the name of a file that is being written.
const unfinished = ".put-"

// putFile writes a file that is whole and on the disk, its name included, or not there at all; exists tells that it was
// there before and stayed. The library's own writer flushes nothing, so a power cut could leave an empty file under a good name.
func (a *Archive) putFile(key string, o object) (exists bool, err error) {
	path := filepath.Join(a.folder, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), unfinished+"*")
	if err != nil {
		return false, err
	}
	defer func() { _ = os.Remove(f.Name()) }() // a no-op after the rename
	if _, err := os.Stat(path); err == nil && o.once {
		return true, errors.Join(f.Close(), flush(a.folder, path))
	}
	_, err = f.Write(o.content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return false, err
	}
	// Beside another writer this replaces a file by another with the same content, and otherwise a damaged one.
	if err := os.Rename(f.Name(), path); err != nil {
		return false, err
	}
	return false, flush(a.folder, filepath.Dir(path))
}

// abandoned is how old the file of a put is that nobody writes any more: its content is in memory before it is made.
const abandoned = time.Hour

// sweep removes what killed processes left of their puts: whole contracts that no deletion would find.
func (a *Archive) sweep(ctx context.Context) error {
	root := os.DirFS(a.folder)
	folders, err := fs.Glob(root, "sha256/*")
	if err != nil {
		return err
	}
	for _, folder := range folders {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		left, err := fs.Glob(root, folder+"/"+unfinished+"*")
		if err != nil {
			return err
		}
		for _, name := range left {
			info, err := fs.Stat(root, name)
			if err == nil && time.Since(info.ModTime()) > abandoned {
				err = a.removeFile(name)
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// removeFile removes a file for good. One that is not there is no error.
func (a *Archive) removeFile(key string) error {
	path := filepath.Join(a.folder, filepath.FromSlash(key))
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, flush(a.folder, filepath.Dir(path)))
}

// flush brings a path and every folder above it, up to the archive's own, to the disk: a new folder's name is as easily
// lost as a file's.
func flush(folder, path string) error {
	for {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
		if path == folder || path == filepath.Dir(path) {
			return nil
		}
		path = filepath.Dir(path)
	}
}
