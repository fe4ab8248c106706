package rootfs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// foreign is a tree as small as a Kairos system of somebody else can be.
func foreign(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "foreign")
	for name, text := range map[string]string{
		"usr/bin/kairos-agent": "agent", "usr/bin/immucore": "immucore", "usr/lib/systemd/systemd": "systemd",
		"etc/kairos-release": "KAIROS_FLAVOR=\"other\"\n", "usr/lib/modules/6.6.0-other/modules.dep": "", "boot/vmlinuz": "kernel", "boot/initrd": "initrd",
	} {
		if err := writeFile(dir, name, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A base comes as directory, tar archive or squashfs; it keeps what is its own, and gets what makes it a Slipway host.
func TestGivenBase(t *testing.T) {
	dir := foreign(t)
	archive, squashfs := filepath.Join(t.TempDir(), "base.tar"), filepath.Join(t.TempDir(), "base.squashfs")
	pack := func(command ...string) string {
		if _, err := exec.LookPath(command[0]); err != nil {
			t.Skipf("%s is not installed: run tests/packages.sh", command[0])
		}
		if out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", command, err, out)
		}
		return command[0]
	}
	pack("tar", "-C", dir, "-cf", archive, ".")
	pack("mksquashfs", dir, squashfs, "-quiet", "-no-progress")
	for _, base := range []string{dir, archive, squashfs} {
		b := &builder{cache: t.TempDir(), log: t.Output()}
		tree, err := b.given(t.Context(), base)
		if err != nil {
			t.Fatalf("%s: %v", base, err)
		}
		for name, want := range map[string]string{
			"etc/kairos-release": "other", "usr/bin/kairos-agent": "agent", "boot/initrd": "initrd",
			"usr/lib/systemd/system/slipway-installer.service": "slipway install", "system/oem/10_layout.yaml": "COS_PERSISTENT", "etc/cos/grub.cfg": "menuentry",
		} {
			if text, err := os.ReadFile(filepath.Join(tree, name)); err != nil || !strings.Contains(string(text), want) {
				t.Errorf("%s: %s is %.60q, %v", base, name, text, err)
			}
		}
		if kernel, err := bootFile(tree, "vmlinuz"); err != nil || kernel != filepath.Join(tree, "boot/vmlinuz") {
			t.Errorf("the kernel is %s, %v", kernel, err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "etc/kairos-release")); err != nil || !strings.Contains(string(text), "other") {
		t.Errorf("the base itself was changed: %q, %v", text, err)
	}
}

func TestWhatIsNoBase(t *testing.T) {
	noAgent := foreign(t)
	twoKernels := foreign(t)
	text := filepath.Join(t.TempDir(), "notes.txt")
	for _, err := range []error{os.Remove(filepath.Join(noAgent, "usr/bin/kairos-agent")), os.Mkdir(filepath.Join(twoKernels, "usr/lib/modules/6.7"), 0o755), os.WriteFile(text, []byte("hello"), 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for base, want := range map[string]string{noAgent: "/usr/bin/kairos-agent", twoKernels: "expected one kernel", text: "unpack", "/no/such/base": "no such file"} {
		b := &builder{cache: t.TempDir(), log: t.Output()}
		if _, err := b.given(t.Context(), base); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", base, err, want)
		}
	}
}

// A base that changed is another base.
func TestBaseDigest(t *testing.T) {
	dir := foreign(t)
	before, err := baseDigest(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "boot/initrd"), []byte("another initrd"), 0o600); err != nil {
		t.Fatal(err)
	}
	if after, err := baseDigest(dir); err != nil || before == after {
		t.Errorf("the change was not seen: %v", err)
	}
}
