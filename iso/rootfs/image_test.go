package rootfs

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSquashCommand(t *testing.T) {
	o := ImageOptions{Epoch: time.Unix(1700000000, 0)}
	full := squashCommand("/tree", "/out", o)
	if !slices.Equal(full[:3], []string{"mksquashfs", "/tree", "/out"}) {
		t.Errorf("got %q", full)
	}
	for _, option := range []string{"-mkfs-time", "-all-time"} {
		if i := slices.Index(full, option); i < 0 || full[i+1] != "1700000000" {
			t.Errorf("%s is not the epoch in %q", option, full)
		}
	}
	o.Small = true
	small := squashCommand("/tree", "/out", o)
	if i := slices.Index(small, "-e"); i < 0 || !slices.Equal(small[i+1:], notInVirtualMachines) {
		t.Errorf("exclusions must come last, after -e: %q", small)
	}
	for _, pattern := range notInVirtualMachines {
		if strings.HasPrefix(pattern, "/") || strings.Contains(pattern, "virtio") || strings.Contains(pattern, "fs/xfs") {
			t.Errorf("%s must not be left out", pattern)
		}
	}
}

// Another agent, another epoch, another choice: another image; the same inputs: the same.
func TestSquashDigest(t *testing.T) {
	b := &builder{cache: t.TempDir(), log: t.Output()}
	agent := filepath.Join(t.TempDir(), "slipway")
	seen := map[string]string{}
	check := func(name string, want bool, o ImageOptions) {
		s, err := b.squash("/c/kairos-1", "/c/boot-1", "/c/sbom-1", o)
		if err != nil {
			t.Fatal(err)
		}
		if other, found := seen[s.digest]; found != want {
			t.Errorf("%s: seen before is %t (%s)", name, found, other)
		}
		seen[s.digest] = name
	}
	o := ImageOptions{Options: Options{Agent: agent}, Epoch: time.Unix(1, 0)}
	if _, err := b.squash("/c/kairos-1", "/c/boot-1", "/c/sbom-1", o); err == nil {
		t.Error("an image without an agent was begun")
	}
	write := func(text string) {
		if err := os.WriteFile(agent, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("one")
	check("first", false, o)
	check("again", true, o)
	o.Small = true
	check("small", false, o)
	o.Epoch = time.Unix(2, 0)
	check("later", false, o)
	write("two")
	check("other agent", false, o)
}

func TestRemoveOthers(t *testing.T) {
	b := &builder{cache: t.TempDir(), log: t.Output()}
	for _, name := range []string{"image-1", "image-2", "image-3.part", "boot-1", "current"} {
		if err := os.Mkdir(filepath.Join(b.cache, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.removeOthers(filepath.Join(b.cache, "image-2")); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(b.cache, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range left {
		left[i] = filepath.Base(left[i])
	}
	if want := []string{"boot-1", "current", "image-2"}; !slices.Equal(left, want) {
		t.Errorf("left %q, want %q", left, want)
	}
}

// The units of the live system and of an installed host must not get in each other's way.
func TestBootUnits(t *testing.T) {
	for unit, wants := range map[string][]string{
		"slipway-installer.service":   {"ConditionKernelCommandLine=install-mode", "ConditionPathExists=/run/cos/live_mode", "ExecStart=/usr/bin/slipway install"},
		"slipway-installer@.service":  {"ConditionPathExists=/run/cos/live_mode", "StandardInput=tty"},
		"slipway-live-shell@.service": {"ConditionPathExists=|/run/cos/live_mode", "ConditionPathExists=|/run/cos/recovery_mode"},
		"slipway-reset.service":       {"ConditionKernelCommandLine=kairos.reset"},
		"slipway-pool.service":        {"ConditionPathExists=!/run/cos/live_mode", "Before=slipway-agent.service"},
	} {
		text, err := kairosFiles.ReadFile("kairos/files/usr/lib/systemd/system/" + unit)
		if err != nil {
			t.Error(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s lacks %s", unit, want)
			}
		}
	}
	config, err := kairosFiles.ReadFile("kairos/files/etc/cos/grub.cfg")
	if err != nil {
		t.Fatal(err)
	}
	// Without this GRUB's TPM verifier runs out of memory on the image.
	if !strings.Contains(string(config), `if [ "${grub_platform}" = "efi" ]; then rmmod tpm; fi`) {
		t.Error("grub.cfg keeps the tpm module")
	}
	// GRUB itself is the judge of its menu.
	if out, err := exec.Command("grub-script-check", "kairos/files/etc/cos/grub.cfg").CombinedOutput(); err != nil {
		t.Errorf("grub-script-check (package grub-common): %v: %s", err, out)
	}
	for _, id := range []string{"cos", "fallback", "recovery", "statereset"} {
		if !strings.Contains(string(config), " --id "+id+" {") {
			t.Errorf("grub.cfg lacks the entry %s", id)
		}
	}
}
