// Package files keeps artefacts (print files, manifests, proofs) in a local folder. It satisfies the
// Files interface of mailers and may import the root package and the stages.
package files

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"postlift"
)

// Local is a folder of artefacts. Names are slash-separated and relative; none can leave the folder, by a
// symbolic link neither. It is safe for concurrent use, also by several processes.
type Local struct {
	root *os.Root
	dir  string
}

// Info is what is known of a stored file.
type Info struct {
	Name  string // slash-separated, from the folder's root
	Bytes int64
}

// OpenLocal opens the folder dir, making it where it is missing.
func OpenLocal(dir string) (*Local, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fault("files.OpenLocal", "the folder "+dir+" cannot be made", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fault("files.OpenLocal", "the folder "+dir+" cannot be opened", err)
	}
	return &Local{root: root, dir: dir}, nil
}

// fault makes a failing disk a Fault worth another try.
func fault(op, text string, err error) error {
	return &postlift.Fault{Kind: postlift.Unavailable, Op: op, Text: text, Cause: err}
}

// Close ends the use of the folder.
func (l *Local) Close() error { return l.root.Close() }

// Path is where a name lies on this machine, to be shown to a person.
func (l *Local) Path(name string) string { return filepath.Join(l.dir, filepath.FromSlash(name)) }

func check(op, name string) error {
	if !fs.ValidPath(name) || name == "." {
		return postlift.Faultf(postlift.Invalid, op, "%q is not a name of an artefact", name)
	}
	return nil
}

// temporary is a name beside the final one, so that the rename stays in one folder.
func temporary(name string) string {
	dir, base := path.Split(name)
	return dir + "." + base + "." + rand.Text()[:8] + ".tmp"
}

// Put writes a file wholly or not at all: to a temporary name, fsync, rename, fsync of the folder. It
// returns the content's sha256 in hex and its size. An error of write is returned as it is.
func (l *Local) Put(ctx context.Context, name string, write func(io.Writer) error) (sum string, bytes int64, err error) {
	const op = "files.Put"
	if err := check(op, name); err != nil {
		return "", 0, err
	}
	if err := l.root.MkdirAll(path.Dir(name), 0o750); err != nil {
		return "", 0, fault(op, "the folder of "+name+" cannot be made", err)
	}
	temp := temporary(name)
	c := &counter{hash: sha256.New()}
	if err := l.writeTemp(ctx, temp, c, write); err != nil {
		return "", 0, errors.Join(err, ignoreMissing(l.root.Remove(temp)))
	}
	if err := l.rename(temp, name); err != nil {
		return "", 0, errors.Join(fault(op, name+" cannot be put in place", err), ignoreMissing(l.root.Remove(temp)))
	}
	return hex.EncodeToString(c.hash.Sum(nil)), c.n, nil
}

func (l *Local) writeTemp(ctx context.Context, temp string, c *counter, write func(io.Writer) error) (err error) {
	const op = "files.Put"
	f, err := l.root.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return fault(op, temp+" cannot be made", err)
	}
	defer func() {
		if closeErr := f.Close(); closeErr != nil && err == nil {
			err = fault(op, temp+" cannot be closed", closeErr)
		}
	}()
	c.w = f
	buffer := bufio.NewWriterSize(c, 1<<18)
	if err := write(buffer); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := buffer.Flush(); err != nil {
		return fault(op, temp+" cannot be written: is the disk full?", err)
	}
	if err := f.Sync(); err != nil {
		return fault(op, temp+" cannot be written to disk", err)
	}
	return nil
}

// counter hashes and counts what goes through it.
type counter struct {
	w    io.Writer
	hash hash.Hash
	n    int64
}

// Write passes bytes on.
func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.hash.Write(p[:n]) // a hash never fails to write
	c.n += int64(n)
	return n, err
}

// rename puts a file or folder in place and makes the name itself durable.
func (l *Local) rename(from, to string) error {
	if err := l.root.Rename(from, to); err != nil {
		return err
	}
	return l.syncDir(path.Dir(to))
}

func (l *Local) syncDir(name string) error {
	d, err := l.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Open reads a file; one that is not there is fs.ErrNotExist.
func (l *Local) Open(_ context.Context, name string) (io.ReadCloser, error) {
	if err := check("files.Open", name); err != nil {
		return nil, err
	}
	f, err := l.root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("files.Open: %w", err)
	}
	return f, nil
}

// Stat tells a file's size; one that is not there is fs.ErrNotExist.
func (l *Local) Stat(_ context.Context, name string) (Info, error) {
	if err := check("files.Stat", name); err != nil {
		return Info{}, err
	}
	i, err := l.root.Stat(name)
	if err != nil {
		return Info{}, fmt.Errorf("files.Stat: %w", err)
	}
	return Info{Name: name, Bytes: i.Size()}, nil
}

// List names every file below a folder, sorted; a folder that is not there has none.
func (l *Local) List(_ context.Context, folder string) ([]Info, error) {
	if err := check("files.List", folder); err != nil {
		return nil, err
	}
	var list []Info
	err := fs.WalkDir(l.root.FS(), folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		i, err := d.Info()
		if err == nil {
			list = append(list, Info{Name: name, Bytes: i.Size()})
		}
		return ignoreMissing(err)
	})
	slices.SortFunc(list, func(a, b Info) int { return strings.Compare(a.Name, b.Name) })
	return list, ignoreMissing(err)
}

// Link makes a finished file appear under a second name: as a hard link, or as a copy where the disk
// knows none.
func (l *Local) Link(ctx context.Context, from, to string) error {
	const op = "files.Link"
	if err := errors.Join(check(op, from), check(op, to)); err != nil {
		return err
	}
	if err := l.root.MkdirAll(path.Dir(to), 0o750); err != nil {
		return fault(op, "the folder of "+to+" cannot be made", err)
	}
	if l.root.Link(from, to) == nil {
		return nil
	}
	src, err := l.Open(ctx, from)
	if err != nil {
		return err
	}
	defer src.Close()
	_, _, err = l.Put(ctx, to, func(w io.Writer) error {
		_, err := io.Copy(w, src)
		return err
	})
	return err
}

// Publish replaces folder `to` by folder `from`. A crash between its steps leaves the old folder beside
// under another name or the new one not yet in place; publishing again puts it right.
func (l *Local) Publish(_ context.Context, from, to string) error {
	const op = "files.Publish"
	if err := errors.Join(check(op, from), check(op, to)); err != nil {
		return err
	}
	if err := l.root.MkdirAll(path.Dir(to), 0o750); err != nil {
		return fault(op, "the folder of "+to+" cannot be made", err)
	}
	if err := l.syncDir(from); err != nil {
		return fault(op, from+" cannot be written to disk", err)
	}
	old := temporary(to)
	if err := ignoreMissing(l.root.Rename(to, old)); err != nil {
		return fault(op, to+" cannot be replaced", err)
	}
	if err := l.rename(from, to); err != nil {
		return fault(op, to+" cannot be put in place", err)
	}
	return l.DeleteAll(context.Background(), old)
}

// DeleteAll removes a file or a folder with all it holds.
func (l *Local) DeleteAll(_ context.Context, name string) error {
	const op = "files.DeleteAll"
	if err := check(op, name); err != nil {
		return err
	}
	if err := l.root.RemoveAll(name); err != nil {
		return fault(op, name+" cannot be removed", err)
	}
	return nil
}

// Tidy removes temporary files and unpublished folders that are older than age: what processes left that
// were killed. What another process is writing this moment is younger.
func (l *Local) Tidy(ctx context.Context, age time.Duration) error {
	limit := time.Now().Add(-age)
	var stale []string
	err := fs.WalkDir(l.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return ignoreMissing(err)
		}
		base := path.Base(name)
		half := path.Dir(name) == "staging" || strings.HasPrefix(base, ".") && strings.HasSuffix(base, ".tmp")
		if !half {
			return ctx.Err()
		}
		i, err := d.Info()
		if err == nil && i.ModTime().Before(limit) {
			stale = append(stale, name)
		}
		if d.IsDir() {
			return fs.SkipDir
		}
		return ignoreMissing(err)
	})
	for _, name := range stale {
		err = errors.Join(err, l.DeleteAll(ctx, name))
	}
	return err
}
