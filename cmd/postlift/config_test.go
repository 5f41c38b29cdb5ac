package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"postlift"
)

func TestConfigOrderAndSecretFiles(t *testing.T) {
	data := t.TempDir()
	secret := filepath.Join(t.TempDir(), "redis")
	write(t, secret, "redis://queue:6379/3\n")
	write(t, filepath.Join(data, configFile), "# comment\nPOSTLIFT_LOG_LEVEL = info\nPOSTLIFT_PUBLIC_ADDR=127.0.0.1:1111\n")
	c, err := loadConfig(data, []string{"POSTLIFT_PUBLIC_ADDR=127.0.0.1:2222", "REDIS_URL_FILE=" + secret})
	if err != nil {
		t.Fatal(err)
	}
	if c.LogLevel != "info" || c.PublicAddr != "127.0.0.1:2222" || c.RedisURL != "redis://queue:6379/3" || c.Data != data {
		t.Errorf("config %+v", c)
	}
}

func TestConfigRefusals(t *testing.T) {
	for _, c := range []struct{ env, want string }{
		{"DATABASE_URL=mysql://x", "DATABASE_URL"},
		{"REDIS_URL=localhost:6379", "REDIS_URL"},
		{"POSTLIFT_SECRET=short", "POSTLIFT_SECRET"},
		{"POSTLIFT_RENDER_PARALLEL=0", "POSTLIFT_RENDER_PARALLEL"},
		{"POSTLIFT_PUBLIC_ADDR=8080", "POSTLIFT_PUBLIC_ADDR"},
		{"POSTLIFT_STAFF_ADDR=0.0.0.0:8081", "POSTLIFT_TRUST_STAFF_NETWORK"},
		{"POSTLIFT_MIGRATE=perhaps", "Migrate"},
		{"DATABASE_URL_FILE=/nonexistent/file", "DATABASE_URL_FILE"},
	} {
		_, err := loadConfig(t.TempDir(), []string{c.env})
		if postlift.KindOf(err) != postlift.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s gives %v, want an invalid fault naming %s", c.env, err, c.want)
		}
	}
	if _, err := loadConfig(t.TempDir(), []string{"POSTLIFT_STAFF_ADDR=0.0.0.0:8081", "POSTLIFT_TRUST_STAFF_NETWORK=true"}); err != nil {
		t.Errorf("a trusted network is refused: %v", err)
	}
}

func TestConfigPrintsNoSecret(t *testing.T) {
	c, err := loadConfig(t.TempDir(), []string{"DATABASE_URL=postgres://u:hunter2@h/d", "POSTLIFT_SECRET=" + strings.Repeat("s", 40)})
	if err != nil {
		t.Fatal(err)
	}
	if s := c.String(); strings.Contains(s, "hunter2") || strings.Contains(s, "ssss") {
		t.Errorf("the configuration prints a secret: %s", s)
	}
}

func TestSecretIsMadeOnceAndKept(t *testing.T) {
	c := config{Data: filepath.Join(t.TempDir(), "data")}
	first, err := loadSecret(c)
	if err != nil || len(first) < 32 {
		t.Fatalf("%d bytes, %v", len(first), err)
	}
	again, err := loadSecret(c)
	if err != nil || string(again) != string(first) {
		t.Errorf("the second read gives another secret (%v)", err)
	}
	info, err := os.Stat(filepath.Join(c.Data, "secret"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	write(t, filepath.Join(c.Data, "secret"), "torn")
	if _, err := loadSecret(c); err == nil {
		t.Error("a torn secret file passes")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Processes that start together in a new data folder must agree about the secret.
func TestSecretIsMadeByOne(t *testing.T) {
	c := config{Data: t.TempDir()}
	secrets := make([]string, 16)
	var all sync.WaitGroup
	for i := range secrets {
		all.Go(func() {
			secret, err := loadSecret(c)
			if err != nil {
				t.Error(err)
			}
			secrets[i] = string(secret)
		})
	}
	all.Wait()
	if len(slices.Compact(secrets)) != 1 {
		t.Errorf("several secrets: %q", secrets)
	}
	if left, err := os.ReadDir(c.Data); err != nil || len(left) != 1 {
		t.Errorf("%d files in the folder, %v", len(left), err)
	}
}
