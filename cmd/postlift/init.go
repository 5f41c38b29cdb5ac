package main

import (
	"context"
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
			var written []string
			if !apply {
				var err error
				if written, err = a.writeInitFiles(); err != nil {
					return err
				}
			}
			settings, err := a.applySettings(cmd.Context())
			if err != nil {
				return err
			}
			answer := struct {
				Data     string            `json:"data"`
				Written  []string          `json:"written"`
				Settings accounts.Settings `json:"settings"`
			}{a.cfg.Data, written, settings}
			return a.print(answer, func(w io.Writer) { printInit(w, a.cfg.Data, written) })
		},
	}
	cmd.Flags().BoolVar(&apply, "apply", false, "only read settings.yaml and store it")
	return cmd
}

func printInit(w io.Writer, data string, written []string) {
	for _, name := range written {
		fmt.Fprintln(w, "written  "+name)
	}
	fmt.Fprintf(w, `settings of %[1]s are stored

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

// applySettings stores what settings.yaml says, migrating a new database first.
func (a *app) applySettings(ctx context.Context) (accounts.Settings, error) {
	o := organisation{Settings: accounts.DefaultSettings()}
	if err := readYAML(filepath.Join(a.cfg.Data, settingsFile), &o); err != nil {
		return o.Settings, err
	}
	if err := o.Validate(); err != nil {
		return o.Settings, err
	}
	db, err := a.storeUnchecked(ctx)
	if err != nil {
		return o.Settings, err
	}
	if _, err := db.Migrate(ctx); err != nil {
		return o.Settings, err
	}
	by := a.actor("")
	if err := errors.Join(db.SaveSettings(ctx, o.Settings, by), db.SaveRates(ctx, o.ExchangeRates, by)); err != nil {
		return o.Settings, err
	}
	return o.Settings, a.withMailRoom(ctx, func(room *mailRoom) error {
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

// settingsSample is the end of a new settings.yaml: what has no defaults, shown commented out.
const settingsSample = `
# Orders and contracts in other currencies count at the latest rate on their day; without one they are
# left out and counted. Units of the reporting currency for one unit:
# exchange_rates:
#   - {currency: CHF, valid_from: 2026-01-01, rate: 1.05}

# Control addresses get a letter of every print file in their language, flagged and never counted:
# seed_addresses:
#   - {name: our office, company: Muster GmbH, gender: f, first_name: Karla, last_name: Kontrolle, street: Musterweg 1,
#      postcode: "10115", city: Berlin, country: DE, language: de, active: true}
`

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

func (a *app) writeInitFiles() ([]string, error) {
	settings, err := yaml.Marshal(accounts.DefaultSettings())
	if err != nil {
		return nil, err
	}
	settings = append(settings, settingsSample...)
	var written []string
	for _, f := range []struct {
		name    string
		content []byte
	}{{configFile, []byte(configSample)}, {settingsFile, settings}} {
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
		files, err := sim.WriteSamples(samples)
		return append(written, files...), err
	}
	return written, nil
}
