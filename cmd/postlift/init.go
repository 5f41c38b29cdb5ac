package main

import (
	"context"
	_ "embed" // settings.tmpl.yaml
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"postlift"
	"postlift/accounts"
	"postlift/internal/sim"
	"postlift/mailers"
)

// settingsFile is the organisation's settings as a person edits them.
const settingsFile = "settings.yaml"

const configSample = `# postlift configuration: NAME=value. The environment wins over this file.
# DATABASE_URL=postgres://user:password@localhost:5432/postlift   empty: embedded database in this folder
# REDIS_URL=redis://localhost:6379/0                              empty: in-process queue
# POSTLIFT_PUBLIC_ADDR=127.0.0.1:8080    tracking links: /r/…
# POSTLIFT_STAFF_ADDR=127.0.0.1:8081     pages for people; loopback only while there is no log-in
# POSTLIFT_LOG_LEVEL=warn                debug, info, warn, error
# POSTLIFT_RENDER_PARALLEL=2             files rendered at once by one process
# POSTLIFT_ASSETS=/srv/postlift/assets   images per recipient, signatures, output profiles; empty: assets in this folder
`

func newInitCommand(a *app) *cobra.Command {
	var apply bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write configuration, settings and sample files; apply changed settings",
		Long: `Makes the data folder with configuration (postlift.env), the organisation's settings
(settings.yaml), the database and a folder samples/ with small files of every kind and a
sample campaign. Existing files are never overwritten. After editing settings.yaml run
"postlift init --apply".`,
		Example: "  postlift init\n  postlift --data /srv/postlift init\n  postlift init --apply",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := os.MkdirAll(a.cfg.Data, 0o750); err != nil {
				return postlift.Faultf(postlift.Invalid, "init", "the data folder %s cannot be made: %v", a.cfg.Data, err)
			}
			written := []string{}
			if !apply {
				var err error
				if written, err = a.writeInitFiles(); err != nil {
					return err
				}
			}
			o, err := a.applySettings(cmd.Context())
			if err != nil {
				return err
			}
			answer := initAnswer{a.cfg.Data, written, o.Settings, len(o.ExchangeRates), len(o.SeedAddresses)}
			return a.print(answer, func(w io.Writer) {
				answer.text(w)
				if !apply {
					printNextSteps(w, a.cfg.Data)
				}
			})
		},
	}
	cmd.Flags().BoolVar(&apply, "apply", false, "only read settings.yaml and store it")
	return cmd
}

// initAnswer is what init did.
type initAnswer struct {
	Data          string            `json:"data"`
	Written       []string          `json:"written"`
	Settings      accounts.Settings `json:"settings"`
	ExchangeRates int               `json:"exchange_rates"`
	SeedAddresses int               `json:"seed_addresses"`
}

func (i initAnswer) text(w io.Writer) {
	for _, name := range i.Written {
		fmt.Fprintln(w, "written  "+name)
	}
	s := i.Settings
	fmt.Fprintf(w, "applied  %s: %s, %s, language %s, sender %q, %d exchange rates, %d control addresses\n",
		filepath.Join(i.Data, settingsFile), s.Currency, s.TimeZone, s.Language, s.Sender.Company, i.ExchangeRates, i.SeedAddresses)
}

func printNextSteps(w io.Writer, data string) {
	fmt.Fprintf(w, `
Next steps:
  1. edit %[1]s, then: postlift init --apply
  2. postlift import accounts FILE.csv      (postlift import accounts --template shows the columns;
     contacts, orders, contracts and costs likewise; samples/ has small files to look at)
  3. postlift clv score
  4. postlift rule check 'clv.residual > 5000 and days_since_last_order > 120'
  5. postlift campaign create -f %[2]s
`, filepath.Join(data, settingsFile), filepath.Join(data, "samples", "campaign.yaml"))
}

// organisation is settings.yaml: the settings with what lies in tables of its own.
type organisation struct {
	accounts.Settings `yaml:",inline"`
	ExchangeRates     []accounts.Rate `yaml:"exchange_rates"`
	SeedAddresses     []mailers.Seed  `yaml:"seed_addresses"`
}

// applySettings stores what settings.yaml says and gives it back, migrating a new database first.
func (a *app) applySettings(ctx context.Context) (organisation, error) {
	o := organisation{Settings: accounts.DefaultSettings()}
	if err := readYAML(filepath.Join(a.cfg.Data, settingsFile), &o); err != nil {
		return o, err
	}
	if err := o.Validate(); err != nil {
		return o, err
	}
	db, err := a.storeUnchecked(ctx)
	if err != nil {
		return o, err
	}
	if _, err := db.Migrate(ctx); err != nil {
		return o, err
	}
	by := a.actor("")
	if err := errors.Join(db.SaveSettings(ctx, o.Settings, by), db.SaveRates(ctx, o.ExchangeRates, by)); err != nil {
		return o, err
	}
	return o, a.withMailRoom(ctx, func(room *mailRoom) error {
		for _, seed := range o.SeedAddresses {
			if err := room.SaveSeed(ctx, seed, by); err != nil {
				return err
			}
		}
		return nil
	})
}

// readYAML decodes a file and refuses keys that mean nothing.
func readYAML(path string, into any) error {
	f, err := os.Open(path)
	if err != nil {
		return postlift.Faultf(postlift.Invalid, "init", "%s cannot be read: %v", path, err)
	}
	defer f.Close()
	dec := yaml.NewDecoder(f)
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return postlift.Faultf(postlift.Invalid, "init", "%s: %v", path, err)
	}
	return nil
}

// settingsTemplate is a new settings.yaml: every default with its meaning, and what has no default shown
// commented out.
//
//go:embed settings.tmpl.yaml
var settingsTemplate []byte

// writeNew writes a file unless it exists; it tells whether it did.
func writeNew(path string, content []byte) (bool, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, postlift.Faultf(postlift.Invalid, "init", "%s cannot be written: %v", path, err)
	}
	_, err = f.Write(content)
	return true, errors.Join(err, f.Close())
}

// writeInitFiles writes what is missing in the data folder; the samples' history ends the day before today.
func (a *app) writeInitFiles() ([]string, error) {
	written := []string{}
	for _, f := range []struct {
		name    string
		content []byte
	}{{configFile, []byte(configSample)}, {settingsFile, settingsTemplate}} {
		name, content := f.name, f.content
		path := filepath.Join(a.cfg.Data, name)
		made, err := writeNew(path, content)
		if err != nil {
			return nil, err
		}
		if made {
			written = append(written, path)
		}
	}
	samples := filepath.Join(a.cfg.Data, "samples")
	if _, err := os.Stat(samples); errors.Is(err, fs.ErrNotExist) {
		files, err := sim.WriteSamples(samples, accounts.DefaultSettings().Today(a.clock))
		return append(written, files...), err
	}
	return written, nil
}
