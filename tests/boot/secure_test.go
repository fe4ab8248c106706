package boot

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSecureBoot boots medium and installed host under firmware that has Microsoft's keys and starts only what is signed:
// Debian's shim, GRUB and kernel. The medium finds no disk, and says so.
func TestSecureBoot(t *testing.T) {
	long(t)
	q, image, artefacts := setup(t)
	live := start(t, q, Config{UEFI: true, SecureBoot: true, CD: image}, artefacts)
	wait(t, live, 5*time.Minute, "Booting `Install Slipway")
	live.MayFail = true
	wait(t, live, 20*time.Minute, "INSTALLATION FAILED: this machine has no disk")
	isSecure(t, live)
	picture(t, live, filepath.Join(artefacts, "no-disk.png"))
	live.Close()

	c := Config{UEFI: true, SecureBoot: true, Disks: installed(t, q, image, artefacts), Port: freePort(t)}
	m := start(t, q, c, artefacts)
	bootsInstalled(t, m, c.Port)
	isSecure(t, m)
}

// isSecure asks the firmware and the kernel.
func isSecure(t *testing.T, m *Machine) {
	t.Helper()
	shell(t, m, patience, "test $(od -An -t u1 -j 4 /sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c) = 1")
	if log := shell(t, m, patience, "dmesg | grep -i 'secure boot'"); !strings.Contains(log, "Secure boot enabled") {
		t.Errorf("the kernel says %q", log)
	}
}
