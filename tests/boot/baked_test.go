package boot

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBaked installs an appliance that says everything it can: content, preset, look, a partition and a directory of its own,
// what to do after the installation. Features 3, 5, 7, 17, 20, 22.
func TestBaked(t *testing.T) {
	long(t)
	q, _, artefacts := setup(t)
	image := bakedImage(t)
	c := Config{UEFI: true, CD: image, Disks: blankDisks(t, q, t.TempDir()), Port: freePort(t)} // a network card
	m := start(t, q, c, artefacts)
	wait(t, m, 5*time.Minute, "Booting `Install Acme Dock")
	wait(t, m, 20*time.Minute, "Help: .1 555 0100")
	picture(t, m, filepath.Join(artefacts, "brand.png"))
	wait(t, m, 20*time.Minute, "slipway: /dev/vda, .*not used, it is smaller than 25 GiB") // what the appliance brings needs room
	wait(t, m, 20*time.Minute, "slipway: the storage pool is a folder of the system disk, as the settings say")
	wait(t, m, 40*time.Minute, "slipway: bringing 1 content bundles")
	wait(t, m, 5*time.Minute, "slipway: SLIPWAY IS INSTALLED on /dev/vdb")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	if err := m.WaitOff(ctx); err != nil {
		t.Fatalf("after the installation, which is to switch off: %v", err)
	}

	m = start(t, q, c, artefacts)
	wait(t, m, 5*time.Minute, "Booting `Slipway'")
	untilShell(t, m, 20*time.Minute, agentUp, `"id"`)
	untilShell(t, m, 5*time.Minute, "slipway content list", "acme-extra")
	untilShell(t, m, patience, "ls -A /usr/local/slipway/content 2>&1 || true", "") // its place is free again
	for command, want := range map[string]string{
		"slipway host show":                                      "dock7",
		"getent passwd ann":                                      "ann:",
		"ip -brief address show scope global":                    "10.0.2.77/24",
		"cat /run/systemd/timesyncd.conf.d/50-slipway-host.conf": "ntp.dock.example",
		"cat /etc/slipway/theme/theme.yaml":                      "harbour",
		"lsblk -n -o LABEL,FSTYPE,SIZE /dev/vdb":                 "ACME_DATA",
		"cat /proc/cmdline":                                      "systemd.debug_shell=ttyS1",
		"findmnt -n /acme":                                       "/acme",
		"lsblk -n -b -o LABEL,SIZE /dev/vdb":                     "COS_PERSISTENT 8589934592",
	} {
		if text := strings.Join(strings.Fields(shell(t, m, patience, command)), " "); !strings.Contains(text, want) {
			t.Errorf("%s: want %q, got %q", command, want, text)
		}
	}
	if text, err := tryShell(t, m, patience, "mountpoint /var/lib/slipway/pool || blkid -L SLIPWAY_POOL"); err == nil {
		t.Errorf("there is a pool on a disk: %s", text)
	}
	// QEMU leads a port of this machine to the address that it gives by DHCP only.
	if body := shell(t, m, patience, "curl -sk https://10.0.2.77:5080/ | head -c 200"); !strings.Contains(body, "<html") {
		t.Errorf("the Local UI answers %q", body)
	}
	shell(t, m, patience, "touch /acme/kept && sync; (sleep 1; systemctl reboot --force) &")
	wait(t, m, 5*time.Minute, "Booting `Slipway'")
	untilShell(t, m, 20*time.Minute, "ls /acme; cat /etc/machine-id", "kept")
}

// bakedImage makes the image of the folder baked, from the same parts as the image of the other tests.
func bakedImage(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("baked")); err != nil {
		t.Fatal(err)
	}
	builder := filepath.Join("..", "..", "bin", "slipway-build")
	do(t, ".", builder, "bundle", "-f", filepath.Join(dir, "bundle.yaml"), "-o", filepath.Join(dir, "extra.tar.zst"))
	image := filepath.Join(dir, "baked.iso")
	do(t, ".", builder, "iso", "--small", "--agent", "../../bin/slipway", "-c", filepath.Join(dir, "appliance.yaml"), "-o", image)
	do(t, ".", builder, "iso", "verify", image)
	return image
}
