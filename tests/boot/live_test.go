package boot

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestInteractive walks through the dialog of the interactive installation on the screen, over an installed host's disks,
// up to the last question, and declines: nothing may have changed. Features 14, 15, 16.
func TestInteractive(t *testing.T) {
	long(t)
	q, image, artefacts := setup(t)
	c := Config{UEFI: true, CD: image, Disks: installed(t, q, image, artefacts)}
	m := start(t, q, c, artefacts)
	// The disk is booted first; its menu is left for the firmware's next choice, the medium, whose default is the disk again.
	wait(t, m, 5*time.Minute, "Booting `Slipway'")
	untilShell(t, m, 20*time.Minute, agentUp, `"id"`) // before, the shell is the initrd's
	shell(t, m, patience, "mount -o remount,rw /run/initramfs/cos-state && mv /run/initramfs/cos-state/slipway/installed /run/initramfs/cos-state/slipway/was && sync; (sleep 1; systemctl reboot --force --force) &")
	wait(t, m, 3*time.Minute, "was cut off")
	wait(t, m, 3*time.Minute, "executed automatically in 4s")
	picture(t, m, filepath.Join(artefacts, "menu.png"))
	choose(t, m, "Install Slipway v0.1.0, choosing")
	answer := func(keys ...string) {
		t.Helper()
		press(t, m, append(keys, "ret")...)
	}
	onScreen(t, m, 20*time.Minute, "Install on which disk [/dev/vda]")
	onScreen(t, m, patience, "an installation that was cut off")
	picture(t, m, filepath.Join(artefacts, "dialog.png"))
	answer()
	onScreen(t, m, patience, "Type ERASE to lose it")
	answer("shift-e", "shift-r", "shift-a", "shift-s", "shift-e")
	onScreen(t, m, patience, "Storage pool on which disk, or none [/dev/vdb]")
	answer()
	onScreen(t, m, patience, "Wipe it, or keep its content [wipe]")
	answer("k", "e", "e", "p")
	onScreen(t, m, patience, "reboot, poweroff or nothing [reboot]")
	answer()
	onScreen(t, m, patience, "Type INSTALL to begin")
	picture(t, m, filepath.Join(artefacts, "summary.png"))
	answer("n", "o")
	onScreen(t, m, patience, "nothing was changed: the installation was not confirmed")
	shell(t, m, patience, "mount -o ro LABEL=COS_STATE /mnt && ls /mnt/cOS/active.img /mnt/slipway/was && umount /mnt")
}

// TestCIData boots the automatic installation beside a medium labelled cidata, up to the configuration that the installation
// uses. Feature 21.
func TestCIData(t *testing.T) {
	long(t)
	q, image, artefacts := setup(t)
	files := t.TempDir()
	config := "#cloud-config\nstages:\n  boot:\n    - name: from the second medium\n      commands: [\"touch /run/second-medium\"]\n"
	if err := os.WriteFile(filepath.Join(files, "user-data"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	disk := filepath.Join(t.TempDir(), "cidata.img")
	do(t, files, "mke2fs", "-q", "-t", "ext4", "-L", "cidata", "-d", files, disk, "16M")
	m := start(t, q, Config{UEFI: true, CD: image, Disks: blankDisks(t, q, t.TempDir()), Data: disk}, artefacts)
	wait(t, m, 25*time.Minute, "slipway: user-data is taken from /dev/disk/by-label/cidata")
	wait(t, m, 10*time.Minute, "slipway: step 2 of 8") // kairos-agent has it
	text := shell(t, m, patience, "cat /run/slipway-config.yaml; stat -c %a /run/slipway-config.yaml")
	for _, want := range []string{"from the second medium", "systemd.debug_shell=ttyS1", "600"} {
		if !strings.Contains(text, want) {
			t.Errorf("the configuration lacks %q:\n%s", want, text)
		}
	}
}
