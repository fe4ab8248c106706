package rootfs

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestBuild makes the real tree, twice. It takes minutes with a cold cache, so it
// runs only when asked for: SLIPWAY_LAB=require.
func TestBuild(t *testing.T) {
	if os.Getenv("SLIPWAY_LAB") != "require" {
		t.Skip("builds Debian and Kairos as root: set SLIPWAY_LAB=require")
	}
	if os.Geteuid() != 0 {
		t.Fatal("SLIPWAY_LAB=require needs root")
	}
	agent := filepath.Join(t.TempDir(), "slipway")
	if err := os.WriteFile(agent, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	cache, err := newBuilder(Options{})
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(cache.cache, "test-tree")
	t.Cleanup(func() { os.RemoveAll(out) })
	var took time.Duration
	for range 2 {
		start := time.Now()
		if err := Build(t.Context(), Options{Out: out, Agent: agent, Log: t.Output()}); err != nil {
			t.Fatal(err)
		}
		took = time.Since(start)
	}
	if took > 10*time.Second {
		t.Errorf("a build from the cache took %s, want about a second", took)
	}
	checkTree(t, out)
}

func checkTree(t *testing.T, dir string) {
	for _, name := range []string{
		"usr/bin/slipway", "usr/bin/kairos-agent", "usr/bin/immucore", "usr/bin/containerd", "usr/sbin/runc",
		"boot/vmlinuz", "system/oem/10_layout.yaml", "etc/kairos-release", "etc/containerd/certs.d/_default/hosts.toml",
		"usr/lib/systemd/system/multi-user.target.wants/slipway-agent.service",
	} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("the tree lacks %s: %v", name, err)
		}
	}
	if id, err := os.ReadFile(filepath.Join(dir, "etc/machine-id")); err != nil || len(id) != 0 {
		t.Errorf("machine-id is %q (%v), want it empty", id, err)
	}
	for _, secret := range []string{"etc/ssh/ssh_host_*", "etc/apt/sources.list"} {
		if found, _ := filepath.Glob(filepath.Join(dir, secret)); len(found) != 0 {
			t.Errorf("the tree ships %s", found)
		}
	}
	shadow, err := os.ReadFile(filepath.Join(dir, "etc/shadow"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(shadow) {
		if hash := bytes.Split(line, []byte(":"))[1]; len(hash) == 0 || hash[0] != '*' && hash[0] != '!' {
			t.Errorf("user with a password in the tree: %s", line)
		}
	}
	verifyUnits(t, dir)
}

// verifyUnits asks systemd itself whether it understands our units.
func verifyUnits(t *testing.T, dir string) {
	units := []string{"slipway-agent.service", "slipway-ssh-keys.service", "slipway-console@tty1.service"}
	args := append([]string{"verify", "--man=no", "--recursive-errors=no", "--root=" + dir}, units...)
	if out, err := exec.Command("systemd-analyze", args...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}
