package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/caarlos0/env/v11"

	"postlift"
)

// config is everything that the environment decides, parsed once and wholly validated. Values come from
// the file postlift.env in the data folder, then from the environment, which wins. A variable NAME_FILE
// names a file that holds NAME's value, for secrets mounted by an orchestrator.
type config struct {
	Data           string `env:"POSTLIFT_DATA" envDefault:"postlift-data"`
	DatabaseURL    string `env:"DATABASE_URL"`
	RedisURL       string `env:"REDIS_URL"`
	Secret         string `env:"POSTLIFT_SECRET"`
	PublicAddr     string `env:"POSTLIFT_PUBLIC_ADDR" envDefault:"127.0.0.1:8080"`
	StaffAddr      string `env:"POSTLIFT_STAFF_ADDR" envDefault:"127.0.0.1:8081"`
	SalesAddr      string `env:"POSTLIFT_SALES_ADDR"` // of a listener for sales people alone; "": none
	TrustStaffNet  bool   `env:"POSTLIFT_TRUST_STAFF_NETWORK" envDefault:"false"`
	Migrate        bool   `env:"POSTLIFT_MIGRATE" envDefault:"false"`
	LogLevel       string `env:"POSTLIFT_LOG_LEVEL" envDefault:"warn"`
	RenderParallel int    `env:"POSTLIFT_RENDER_PARALLEL" envDefault:"2"`
	Assets         string `env:"POSTLIFT_ASSETS"` // folder of images per recipient, signatures, output profiles; "": assets in the data folder
}

// configFile is where `postlift init` writes the configuration.
const configFile = "postlift.env"

func loadConfig(dataFlag string, environ []string) (config, error) {
	values := toMap(environ)
	if dataFlag != "" {
		values["POSTLIFT_DATA"] = dataFlag
	}
	data := values["POSTLIFT_DATA"]
	if data == "" {
		data = "postlift-data"
	}
	if err := addFileValues(values, filepath.Join(data, configFile)); err != nil {
		return config{}, err
	}
	if err := readSecretFiles(values); err != nil {
		return config{}, err
	}
	var c config
	if err := env.ParseWithOptions(&c, env.Options{Environment: values}); err != nil {
		return config{}, postlift.Faultf(postlift.Invalid, "config", "configuration: %v", err)
	}
	return c, c.validate()
}

func toMap(environ []string) map[string]string {
	values := make(map[string]string, len(environ))
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		values[name] = value
	}
	return values
}

// addFileValues reads NAME=value lines; the environment's own values win.
func addFileValues(values map[string]string, path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return postlift.Faultf(postlift.Invalid, "config", "%s cannot be read: %v", path, err)
	}
	defer f.Close()
	scan := bufio.NewScanner(f)
	for line := 1; scan.Scan(); line++ {
		text := strings.TrimSpace(scan.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		name, value, found := strings.Cut(text, "=")
		if !found {
			return postlift.Faultf(postlift.Invalid, "config", "%s, line %d: %q is not of the form NAME=value", path, line, text)
		}
		if _, set := values[strings.TrimSpace(name)]; !set {
			values[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return scan.Err()
}

func readSecretFiles(values map[string]string) error {
	for _, name := range []string{"DATABASE_URL", "REDIS_URL", "POSTLIFT_SECRET"} {
		path := values[name+"_FILE"]
		if path == "" || values[name] != "" {
			continue
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return postlift.Faultf(postlift.Invalid, "config", "%s_FILE: %v", name, err)
		}
		values[name] = strings.TrimSpace(string(raw))
	}
	return nil
}

func (c config) validate() error {
	bad := func(name, rule string) error {
		return postlift.Faultf(postlift.Invalid, "config", "%s: %s", name, rule)
	}
	if c.DatabaseURL != "" && !strings.HasPrefix(c.DatabaseURL, "postgres://") && !strings.HasPrefix(c.DatabaseURL, "postgresql://") {
		return bad("DATABASE_URL", "a postgres:// address is needed; leave it empty for the embedded database")
	}
	if c.RedisURL != "" && !strings.HasPrefix(c.RedisURL, "redis://") && !strings.HasPrefix(c.RedisURL, "rediss://") {
		return bad("REDIS_URL", "a redis:// address is needed; leave it empty for the in-process queue")
	}
	if c.Secret != "" && len(c.Secret) < 32 {
		return bad("POSTLIFT_SECRET", "at least 32 characters are needed")
	}
	if c.RenderParallel < 1 || c.RenderParallel > 64 {
		return bad("POSTLIFT_RENDER_PARALLEL", "1 to 64 are possible")
	}
	for name, addr := range map[string]string{"POSTLIFT_PUBLIC_ADDR": c.PublicAddr, "POSTLIFT_STAFF_ADDR": c.StaffAddr} {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			return bad(name, fmt.Sprintf("%q is not host:port", addr))
		}
	}
	if c.SalesAddr != "" {
		if _, _, err := net.SplitHostPort(c.SalesAddr); err != nil {
			return bad("POSTLIFT_SALES_ADDR", fmt.Sprintf("%q is not host:port; leave it empty for no listener of its own", c.SalesAddr))
		}
	}
	if !c.TrustStaffNet && !isLoopback(c.StaffAddr) {
		return bad("POSTLIFT_STAFF_ADDR", "without log-in the staff pages bind to loopback only; set "+
			"POSTLIFT_TRUST_STAFF_NETWORK=true where the network itself keeps strangers out")
	}
	return nil
}

func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// String is the configuration with its secrets masked.
func (c config) String() string {
	mask := func(s string) string {
		if s == "" {
			return "(not set)"
		}
		return "(set)"
	}
	return fmt.Sprintf("data=%s database=%s redis=%s secret=%s public=%s staff=%s trust_staff_network=%t",
		c.Data, mask(c.DatabaseURL), mask(c.RedisURL), mask(c.Secret), c.PublicAddr, c.StaffAddr, c.TrustStaffNet)
}

// loadSecret takes the installation's secret from the configuration or from the data folder, where it
// is made on first use. Codes and match keys depend on it: it must survive with the data.
func loadSecret(c config) ([]byte, error) {
	if c.Secret != "" {
		return []byte(c.Secret), nil
	}
	path := filepath.Join(c.Data, "secret")
	secret, err := readSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	var b [32]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails (it aborts the program instead)
	return writeSecret(path, hex.EncodeToString(b[:]))
}

// readSecret reads the secret's file; where there is none, the error is fs.ErrNotExist.
func readSecret(path string) ([]byte, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, postlift.Faultf(postlift.Invalid, "secret", "%s cannot be read: %v", path, err)
	}
	secret := bytes.TrimSpace(raw)
	if len(secret) < 32 {
		return nil, postlift.Faultf(postlift.Invalid, "secret", "%s holds fewer than 32 characters: restore it from a backup", path)
	}
	return secret, nil
}

// writeSecret makes the file wholly or not at all, so that no other process ever reads half of it; where
// another one was faster, its secret is taken.
func writeSecret(path, secret string) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, postlift.Faultf(postlift.Invalid, "secret", "the data folder cannot be made: %v", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".secret-*") // readable by its owner only
	if err != nil {
		return nil, postlift.Faultf(postlift.Invalid, "secret", "%s cannot be written: %v", path, err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // after a rename it is gone already
	_, err = f.WriteString(secret + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, postlift.Faultf(postlift.Invalid, "secret", "%s cannot be written: %v", path, err)
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		if err := os.Rename(f.Name(), path); err != nil { // a disk that knows no links
			return nil, postlift.Faultf(postlift.Invalid, "secret", "%s cannot be written: %v", path, err)
		}
	}
	return readSecret(path)
}
