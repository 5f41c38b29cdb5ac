package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"postlift"
	"postlift/accounts/csvfile"
	"postlift/internal/files"
	"postlift/mailers"
	"postlift/mailers/standalone"
)

// render does the whole of `postlift render`.
func (a *app) render(ctx context.Context, f *renderFlags) (err error) {
	if f.data == "" || f.out == "" && !f.dryRun {
		return postlift.Faultf(postlift.Invalid, "render", "--data FILE.csv and --out DIR are needed")
	}
	j, err := a.renderJob(f)
	if err != nil {
		return err
	}
	recipients, err := a.openRecipients(f.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, recipients.close()) }()
	if j.Key, err = renderKey(f, j, recipients); err != nil {
		return err
	}
	list, closeList, err := a.openRejects(f, j)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeList()) }()
	bar := a.progress("rows")
	j.Progress = bar.set
	answer := renderAnswer{Rejects: f.rejects}
	if f.dryRun {
		answer.Summary, err = j.Run(ctx, recipients, nil)
	} else {
		answer.Summary, err = a.renderInto(ctx, f, j, recipients)
	}
	bar.done()
	if err := errors.Join(err, list.end()); err != nil {
		return err
	}
	answer.Notes = list.notes(a.json)
	return a.rendered(f, j, answer)
}

// rendered tells what became of the rows. A job that printed nothing has failed.
func (a *app) rendered(f *renderFlags, j *standalone.Job, answer renderAnswer) error {
	if answer.Printed > 0 && !f.dryRun {
		answer.Out = f.out
	}
	if f.secretFile == "" {
		answer.Notes = append(answer.Notes, "codes follow from the recipients' file: give --secret-file where strangers could have it")
	}
	answer.Notes = append(answer.Notes, j.Design.Warnings()...)
	if err := a.print(answer, func(w io.Writer) { printRender(w, answer) }); err != nil {
		return err
	}
	if answer.Printed == 0 {
		return postlift.Faultf(postlift.Invalid, "render", "none of %d rows could be printed: nothing was written", answer.Rows)
	}
	if answer.Rejected > 0 {
		fmt.Fprintf(a.errOut, "warning: %d of %d rows were not printed\n", answer.Rejected, answer.Rows)
	}
	return nil
}

// renderInto prints into a folder beside the final one and puts it in place when all is there.
func (a *app) renderInto(ctx context.Context, f *renderFlags, j *standalone.Job, recipients io.Reader) (sum standalone.Summary, err error) {
	full, err := filepath.Abs(f.out)
	if err != nil {
		return sum, postlift.Faultf(postlift.Invalid, "render", "the folder %s cannot be found: %v", f.out, err)
	}
	if err := mayReplace(full, j.BatchID(), f.replace); err != nil {
		return sum, err
	}
	local, err := files.OpenLocal(filepath.Dir(full))
	if err != nil {
		return sum, postlift.Faultf(postlift.Invalid, "render", "the folder %s cannot be made: %v", filepath.Dir(full), err)
	}
	staging := "." + filepath.Base(full) + "." + rand.Text()[:8] + ".tmp"
	defer func() {
		err = errors.Join(err, local.DeleteAll(context.WithoutCancel(ctx), staging), local.Close())
	}()
	if sum, err = j.Run(ctx, recipients, folder{local, staging}); err != nil || sum.Printed == 0 {
		return sum, err
	}
	return sum, local.Publish(ctx, staging, filepath.Base(full))
}

// folder is one folder of artefacts.
type folder struct {
	local *files.Local
	name  string
}

// Put writes a file of the folder.
func (f folder) Put(ctx context.Context, name string, write func(io.Writer) error) (string, int64, error) {
	return f.local.Put(ctx, f.name+"/"+name, write)
}

// mayReplace refuses a folder that holds anything but an untouched rendering: of this very batch, or, where the user
// allows it, of another.
func mayReplace(dir, batch string, replace bool) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(entries) == 0:
		return nil
	case err != nil:
		return postlift.Faultf(postlift.Conflict, "render", "%s is in the way: %v", dir, err)
	}
	refuse := func(why string) error {
		return postlift.Faultf(postlift.Conflict, "render", "the folder %s is not empty and %s: name another one", dir, why)
	}
	sums, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		return refuse("is no rendering")
	}
	listed := map[string]string{}
	for line := range strings.Lines(string(sums)) {
		if sum, name, ok := strings.Cut(strings.TrimSpace(line), "  "); ok {
			listed[name] = sum
		}
	}
	for _, e := range entries {
		if e.Name() == "SHA256SUMS" {
			continue
		}
		if sum, _, err := fileSum(filepath.Join(dir, e.Name())); err != nil || sum != listed[e.Name()] {
			return refuse(e.Name() + " in it is not what was rendered")
		}
	}
	var ticket mailers.Ticket
	raw, err := os.ReadFile(filepath.Join(dir, "ticket.json"))
	if err != nil || json.Unmarshal(raw, &ticket) != nil {
		return refuse("is no rendering")
	}
	if ticket.BatchID != batch && !replace {
		return postlift.Faultf(postlift.Conflict, "render", "the folder %s holds another rendering (%s, %s): name another one, or give --replace", dir, ticket.Campaign, ticket.BatchID)
	}
	return nil
}

// recipientsFile is the recipients' file; it is read twice where the codes' key follows from it.
type recipientsFile struct {
	*os.File
	temporary bool
}

// openRecipients opens the file, or keeps standard input in one.
func (a *app) openRecipients(name string) (*recipientsFile, error) {
	if name != "-" {
		in, err := os.Open(name)
		if err != nil {
			return nil, postlift.Faultf(postlift.Invalid, "render", "the recipients cannot be opened: %v", err)
		}
		return &recipientsFile{in, false}, nil
	}
	in, err := os.CreateTemp("", "postlift-*.csv")
	if err != nil {
		return nil, err
	}
	f := &recipientsFile{in, true}
	if _, err := io.Copy(in, a.in); err != nil {
		return nil, errors.Join(err, f.close())
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

func (f *recipientsFile) close() error {
	err := f.Close()
	if f.temporary {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// renderKey is the secret of the codes, or the key that follows from the content.
func renderKey(f *renderFlags, j *standalone.Job, recipients io.ReadSeeker) ([]byte, error) {
	if f.secretFile != "" {
		secret, err := readSecret(f.secretFile)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, postlift.Faultf(postlift.Invalid, "render", "the secret's file cannot be read: %v", err)
		}
		return secret, err
	}
	key, err := standalone.ContentKey(recipients, j.Design.Name(), j.Batch, j.Date.String())
	if err != nil {
		return nil, err
	}
	if _, err := recipients.Seek(0, io.SeekStart); err != nil {
		return nil, postlift.Faultf(postlift.Invalid, "render", "the recipients cannot be read a second time: %v; pass them as --data -", err)
	}
	return key, nil
}

// openRejects prepares the list of what is not printed.
func (a *app) openRejects(f *renderFlags, j *standalone.Job) (list *rejectList, closeList func() error, err error) {
	list = &rejectList{w: a.errOut}
	j.Rejected, j.Noted = list.add, list.note
	if f.rejects == "" {
		return list, func() error { return nil }, nil
	}
	if f.data != "-" && sameFile(f.rejects, f.data) {
		return nil, nil, postlift.Faultf(postlift.Invalid, "render", "--rejects names the recipients' file, which it would overwrite")
	}
	out, err := os.Create(f.rejects)
	if err != nil {
		return nil, nil, postlift.Faultf(postlift.Invalid, "render", "the rejects file cannot be written: %v", err)
	}
	if list.file, err = csvfile.NewRejectWriter(out); err != nil {
		return nil, nil, errors.Join(err, out.Close())
	}
	return list, out.Close, nil
}
