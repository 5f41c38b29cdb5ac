package mailers

import (
	"io"
	"io/fs"
	"strings"
	"time"
)

// folder is a design version's files as a file system: name to text, all in one folder.
type folder map[string]string

// Open finds a file; the folder itself cannot be listed, as no reader of designs does.
func (f folder) Open(name string) (fs.File, error) {
	text, ok := f[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &memFile{Reader: strings.NewReader(text), name: name, size: int64(len(text))}, nil
}

type memFile struct {
	io.Reader
	name string
	size int64
}

// Stat describes the file; it is its own description.
func (f *memFile) Stat() (fs.FileInfo, error) { return f, nil }

// Close does nothing.
func (f *memFile) Close() error { return nil }

// Name is the file's path in the folder.
func (f *memFile) Name() string { return f.name }

// Size is the text's length in bytes.
func (f *memFile) Size() int64 { return f.size }

// Mode is that of a file that can only be read.
func (f *memFile) Mode() fs.FileMode { return 0o444 }

// ModTime is none.
func (f *memFile) ModTime() time.Time { return time.Time{} }

// IsDir is false.
func (f *memFile) IsDir() bool { return false }

// Sys is nothing.
func (f *memFile) Sys() any { return nil }
