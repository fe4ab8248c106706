package boot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestInstallUEFI is the way of a new machine with a CD (or virtual media): a power cut in the middle of the automatic
// installation, the installation again, and the installed host: agent, console and Local UI from one image without content of
// its own. Features 1, 2, 13, 14, 16.
func TestInstallUEFI(t *testing.T) {
	q, image, artefacts := setup(t)
	c := Config{UEFI: true, CD: image}
	disks := blankDisks(t, q, t.TempDir())
	c.Disks = disks
	cut := start(t, q, c, artefacts)
	wait(t, cut, 3*time.Minute, "executed automatically in 4s")
	picture(t, cut, filepath.Join(artefacts, "1-menu.png"))
	wait(t, cut, 15*time.Minute, "slipway: /dev/vda, .*disk0: chosen, it is the first large enough disk")
	wait(t, cut, time.Minute, "slipway: /dev/vdb, .*disk1: becomes the storage pool, it is the first blank disk")
	wait(t, cut, 15*time.Minute, "slipway: step 3 of 8")
	picture(t, cut, filepath.Join(artefacts, "2-installer.png"))
	cut.Close()

	again := start(t, q, c, artefacts)
	wait(t, again, 3*time.Minute, "executed automatically in 4s")
	wait(t, again, 15*time.Minute, "slipway: /dev/vda, .*disk0: chosen, it carries an earlier installation that was cut off, which is done again")
	wait(t, again, time.Minute, "slipway: /dev/vdb, .*disk1: kept as storage pool, with its content")
	wait(t, again, 40*time.Minute, "slipway: SLIPWAY IS INSTALLED on /dev/vda")
	again.Close() // as a power cut at the last moment
	keep(t, image, disks)

	c.Port = freePort(t)
	m := start(t, q, c, artefacts)
	bootsInstalled(t, m, c.Port)
	onScreen(t, m, patience, "Fingerprint")
	picture(t, m, filepath.Join(artefacts, "3-console.png"))
	firstUserOfHost(t, m)
	picture(t, m, filepath.Join(artefacts, "4-logged-in.png"))
}

// firstUserOfHost goes the way of a new machine's owner, with the keys that a keyboard sends.
func firstUserOfHost(t *testing.T, m *Machine) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for screen := ""; !strings.Contains(screen, "Create user"); {
		press(t, m, "f2") // again, as a person does when the console says that the agent does not answer yet
		time.Sleep(5 * time.Second)
		var err error
		if screen, err = m.Shell(ctx, screenText); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{"ada", "four unrelated words", "four unrelated words"} {
		if err := m.Write(text); err != nil {
			t.Fatal(err)
		}
		press(t, m, "tab")
	}
	press(t, m, "tab", "ret") // past the day on which the password ends
	onScreen(t, m, patience, "Logged in as ada")
	shell(t, m, patience, "id -nG ada | grep -w slipway-admin")
}

// onScreen waits until the first terminal shows a text (vcs(4)), line by line.
func onScreen(t *testing.T, m *Machine, limit time.Duration, want string) {
	t.Helper()
	untilShell(t, m, limit, screenText, want)
}

const screenText = "fold -w $(stty -F /dev/tty1 size | cut -d' ' -f2) /dev/vcs1 | sed 's/ *$//' | grep -v '^$'"

// TestInstallBIOS is the way of an old machine with a USB disk, which it boots first every time. It is the shortest of the
// installations, and the one that make test does. Features 13, 14.
func TestInstallBIOS(t *testing.T) {
	t.Parallel()
	q, image, artefacts := setup(t)
	c := Config{USB: image, Disks: blankDisks(t, q, t.TempDir()), Port: freePort(t)}
	m := start(t, q, c, artefacts)
	wait(t, m, 15*time.Minute, "slipway: /dev/vda, .*disk0: chosen, it is the first large enough disk")
	wait(t, m, 40*time.Minute, "slipway: SLIPWAY IS INSTALLED on /dev/vda")
	wait(t, m, 3*time.Minute, "Booting `Start the Slipway that is installed") // it must not install again
	bootsInstalled(t, m, c.Port)
}

// long leaves a test to make test-boot-full.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("many minutes: run make test-boot-full")
	}
}

// bootsInstalled waits for the installed system, with its storage pool on the second disk and its Local UI.
func bootsInstalled(t *testing.T, m *Machine, port int) {
	t.Helper()
	wait(t, m, 3*time.Minute, "Booting `Slipway'")
	body, err := fetch(m, port, 10*time.Minute)
	if errors.Is(err, errEmulation) { // no finding about the host, which comes up after a press of the button as after a power cut
		t.Log(err)
		report(t, m)
		if err := m.Reset(); err != nil {
			t.Fatal(err)
		}
		wait(t, m, 3*time.Minute, "Booting `Slipway'")
		body, err = fetch(m, port, 10*time.Minute)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(body, "<html") {
		t.Errorf("the Local UI answers %q", body)
	}
	wait(t, m, 5*time.Minute, "Fingerprint") // the console, on the serial line
	untilShell(t, m, patience, "findmnt -n -o SOURCE,FSTYPE /var/lib/slipway/pool", "/dev/vdb xfs")
}

// blankDisks are two, of which the second is larger and must not be taken for the system.
func blankDisks(t *testing.T, q QEMU, dir string) []string {
	t.Helper()
	var disks []string
	for i, gib := range []int{24, 30} {
		disk := filepath.Join(dir, "disk"+strconv.Itoa(i)+".qcow2")
		if err := q.CreateDisk(t.Context(), disk, gib); err != nil {
			t.Fatal(err)
		}
		disks = append(disks, disk)
	}
	return disks
}

// installed gives a machine's disks as the installation left them, which the test may change: the installation is done
// once for an image, and kept. Its disks boot under UEFI.
func installed(t *testing.T, q QEMU, image, artefacts string) []string {
	t.Helper()
	golden := goldenDir(t, image)
	if _, err := os.Stat(golden); err != nil {
		disks := blankDisks(t, q, t.TempDir())
		m := start(t, q, Config{UEFI: true, CD: image, Disks: disks}, artefacts)
		wait(t, m, 40*time.Minute, "slipway: SLIPWAY IS INSTALLED on /dev/vda")
		m.Close()
		keep(t, image, disks)
	}
	var disks []string
	for i := range 2 {
		disk := filepath.Join(t.TempDir(), "disk"+strconv.Itoa(i)+".qcow2")
		if err := q.Overlay(t.Context(), filepath.Join(golden, "disk"+strconv.Itoa(i)+".qcow2"), disk); err != nil {
			t.Fatal(err)
		}
		disks = append(disks, disk)
	}
	return disks
}

// keep puts disks where installed looks for them, instead of those of an earlier image.
func keep(t *testing.T, image string, disks []string) {
	t.Helper()
	golden := goldenDir(t, image)
	if err := os.RemoveAll(filepath.Dir(golden)); err != nil {
		t.Fatal(err)
	}
	part := golden + ".part"
	if err := os.MkdirAll(part, 0o755); err != nil {
		t.Fatal(err)
	}
	for i, disk := range disks {
		if err := copyFile(disk, filepath.Join(part, "disk"+strconv.Itoa(i)+".qcow2")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Rename(part, golden); err != nil {
		t.Fatal(err)
	}
}

func goldenDir(t *testing.T, image string) string {
	t.Helper()
	file, err := os.Open(image)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(keptIn(t), "boot", "installed", hex.EncodeToString(hash.Sum(nil)[:8]))
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	_, err = io.Copy(out, in)
	return err
}

func keptIn(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("SLIPWAY_CACHE"); dir != "" {
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "slipway")
}
