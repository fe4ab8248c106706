package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
)

// smallBundle writes a bundle with one pack.
func smallBundle(t *testing.T) (file, digest string) {
	t.Helper()
	var out bytes.Buffer
	digest, err := bundlewriter.Write(t.Context(), bundlewriter.Spec{
		Name: "tiny", Version: "1", Type: "kubernetes",
		Packs: []bundlewriter.Pack{{
			PackConfig: content.PackConfig{Name: "motd", Version: "2", Layer: "addon"},
			Files:      []bundlewriter.File{{Path: "motd", Blob: bundlewriter.Bytes([]byte("hello"))}},
		}},
	}, &out)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "tiny.tar.zst")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, digest
}

func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&out)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func TestListAndVerify(t *testing.T) {
	file, digest := smallBundle(t)
	listed, err := run(t, "bundle", "list", file)
	if err != nil || !strings.Contains(listed, digest) || !strings.Contains(listed, "motd 2 (addon)") {
		t.Errorf("list says %v\n%s", err, listed)
	}
	raw, err := run(t, "bundle", "list", "--json", file)
	if err != nil || content.DigestOf([]byte(strings.TrimSuffix(raw, "\n"))) != digest {
		t.Errorf("list --json must print the exact manifest: %v\n%s", err, raw)
	}
	verified, err := run(t, "bundle", "verify", file)
	if err != nil || !strings.Contains(verified, "is whole") {
		t.Errorf("verify says %v\n%s", err, verified)
	}
}

func TestVerifyFindsDamage(t *testing.T) {
	file, _ := smallBundle(t)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	turned := bytes.Clone(whole)
	turned[len(turned)/2] ^= 1
	for name, data := range map[string][]byte{"short": whole[:len(whole)-20], "a bit turned": turned, "empty": {}} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := run(t, "bundle", "verify", file); err == nil {
				t.Errorf("a damaged bundle passes: %s", out)
			}
		})
	}
}

func TestWrongUse(t *testing.T) {
	for _, args := range [][]string{
		{"bundle"}, {"bundle", "-f", "x"}, {"bundle", "list"}, {"bundle", "verify", "a", "b"}, {"fly"},
		{"bundle", "-f", "no/such.yaml", "-o", filepath.Join(t.TempDir(), "x")},
	} {
		if out, err := run(t, args...); err == nil {
			t.Errorf("%v is accepted: %s", args, out)
		}
	}
}

func TestCacheFolder(t *testing.T) {
	t.Setenv("SLIPWAY_CACHE", "/some/cache")
	if dir, err := defaultCache(); err != nil || dir != "/some/cache" {
		t.Errorf("cache is %s, %v", dir, err)
	}
	t.Setenv("SLIPWAY_CACHE", "")
	t.Setenv("XDG_CACHE_HOME", "/home/me/.cache")
	if dir, err := defaultCache(); err != nil || dir != "/home/me/.cache/slipway" {
		t.Errorf("cache is %s, %v", dir, err)
	}
}
