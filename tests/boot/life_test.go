package boot

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shell runs a command in the machine.
func shell(t *testing.T, m *Machine, limit time.Duration, command string) string {
	t.Helper()
	text, err := tryShell(t, m, limit, command)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func tryShell(t *testing.T, m *Machine, limit time.Duration, command string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	begin := time.Now()
	text, err := m.Shell(ctx, command)
	t.Logf("%6.1f s: # %s -> %s", time.Since(begin).Seconds(), command, text)
	return text, err
}

// untilShell runs a command until it succeeds and its output has a text.
func untilShell(t *testing.T, m *Machine, limit time.Duration, command, want string) string {
	t.Helper()
	var text string
	var err error
	for begin := time.Now(); time.Since(begin) < limit; time.Sleep(2 * time.Second) {
		if text, err = tryShell(t, m, limit, command); err == nil && strings.Contains(text, want) {
			return text
		}
	}
	t.Fatalf("%s: want %q, got %q (%v)", command, want, text, err)
	return ""
}

// patience is for commands of a moment: a machine emulated on a busy host takes long for them.
const patience = 5 * time.Minute

// agentUp asks for the socket first: the shell itself does that, and a program takes its time to start in an emulated machine.
const agentUp = "test -S /run/slipway/agent.sock && slipway host show -o json"

// identity is what makes a host this host: it survives a reboot and an upgrade, and not a reset.
const identity = "cat /etc/machine-id; cut -d' ' -f2 /etc/ssh/ssh_host_ed25519_key.pub; " +
	"slipway host show | grep -e ^Id -e ^Name -e ^Fingerprint; getent passwd boss | cut -d: -f1; ls /var/lib/slipway/pool/mine 2>/dev/null"

// settle gives a host a name, a user and a file in its pool.
func settle(t *testing.T, m *Machine) string {
	t.Helper()
	untilShell(t, m, 20*time.Minute, agentUp, `"id"`)
	shell(t, m, patience, "slipway network set --hostname life && echo 'Correct-Horse-7' > /run/p && slipway setup boss --password-file /run/p && touch /var/lib/slipway/pool/mine")
	return shell(t, m, patience, identity)
}

// TestHalfInstalled takes the mark of a complete installation away: the disk's boot menu must leave for the medium, whose
// default must be to install again. Feature 13.
func TestHalfInstalled(t *testing.T) {
	q, image, artefacts := setup(t)
	m := start(t, q, Config{UEFI: true, CD: image, Disks: installed(t, q, image, artefacts)}, artefacts)
	wait(t, m, 5*time.Minute, "Booting `Slipway'")
	untilShell(t, m, 20*time.Minute, agentUp, `"id"`) // before, the shell is the initrd's
	shell(t, m, patience, "mount -o remount,rw /run/initramfs/cos-state && rm /run/initramfs/cos-state/slipway/installed && sync && mount -o remount,ro /run/initramfs/cos-state")
	shell(t, m, patience, "(sleep 1; systemctl reboot --force --force) &")
	wait(t, m, 3*time.Minute, "The installation of Slipway on this disk was cut off")
	wait(t, m, 3*time.Minute, "Booting `Install Slipway v0.1.0 on this machine'")
	picture(t, m, filepath.Join(artefacts, "menu.png"))
}

// TestEntries goes through the recovery and the previous image of an installed host's boot menu: what is the host's own
// survives. Features 21, 132.
func TestEntries(t *testing.T) {
	q, image, artefacts := setup(t)
	m := start(t, q, Config{UEFI: true, Disks: installed(t, q, image, artefacts)}, artefacts)
	wait(t, m, 5*time.Minute, "Booting `Slipway'")
	before := settle(t, m)
	for _, entry := range []struct{ id, title, mark string }{
		{"recovery", "Slipway recovery", "recovery_mode"},
		{"fallback", "Slipway, previous image", "passive_mode"},
	} {
		shell(t, m, patience, "mkdir -p /oem; mountpoint -q /oem || mount LABEL=COS_OEM /oem; grub-editenv /oem/grubenv set next_entry="+entry.id+"; (sleep 1; systemctl reboot --force) &")
		wait(t, m, 5*time.Minute, "Booting `"+entry.title+"'")
		untilShell(t, m, 15*time.Minute, "ls /run/cos", entry.mark)
	}
	untilShell(t, m, 20*time.Minute, agentUp, `"id"`)
	if after := shell(t, m, patience, identity); after != before { // the passive image has the same state
		t.Errorf("after two reboots %s\nbefore %s", after, before)
	}
}

// TestReset returns a host to the state after its installation, with a power cut in the middle. Features 21, 23.
func TestReset(t *testing.T) {
	q, image, artefacts := setup(t)
	c := Config{UEFI: true, Disks: installed(t, q, image, artefacts), Port: freePort(t)}
	m := start(t, q, c, artefacts)
	wait(t, m, 5*time.Minute, "Booting `Slipway'")
	before := settle(t, m)
	if text, err := tryShell(t, m, patience, "slipway power reset --confirm wrong"); err == nil {
		t.Errorf("a reset with the name of another host: %s", text)
	}
	shell(t, m, patience, "(sleep 1; slipway power reset --confirm life) &")
	wait(t, m, 5*time.Minute, "Booting `Reset: back")
	untilShell(t, m, 15*time.Minute, "pgrep -a kairos-agent", "reset --unattended")
	m.Close() // a power cut in the middle

	m = start(t, q, c, artefacts)
	wait(t, m, 5*time.Minute, "Booting `Reset: back")
	wait(t, m, 30*time.Minute, "Booting `Slipway'")
	untilShell(t, m, 20*time.Minute, agentUp, `"id"`)
	after, _ := tryShell(t, m, patience, identity)
	for line := range strings.Lines(before) {
		if line = strings.TrimSpace(line); strings.Contains(after, line) {
			t.Errorf("after the reset there still is %q:\n%s", line, after)
		}
	}
	if body, err := fetch(m, c.Port, 5*time.Minute); err != nil || !strings.Contains(body, "<html") {
		t.Errorf("the Local UI answers %q (%v)", body, err)
	}
	shell(t, m, patience, "mountpoint /var/lib/slipway/pool; grub-editenv /oem/grubenv list")
}
