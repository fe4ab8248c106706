package installer

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/iso/appliance"
)

// Feature 14: the interactive installation as a person sees it, with the answers after the colons. The guide shows this
// text. SLIPWAY_UPDATE=1 writes it anew.
func TestScreen(t *testing.T) {
	const gib = 1 << 30
	disks := []Disk{
		{Path: "/dev/sda", SizeBytes: 480 * gib, Model: "INTEL SSDSC2KB48", Serial: "PHYF1", Contents: []string{"gpt partition table", "vfat COS_GRUB", "ext4 COS_STATE"}, Ours: true},
		{Path: "/dev/sdb", SizeBytes: 3840 * gib, Model: "SAMSUNG MZ7L33T8", Serial: "S6E1", Contents: []string{"xfs SLIPWAY_POOL"}, Pool: true},
		{Path: "/dev/sdc", SizeBytes: 3840 * gib, Model: "SAMSUNG MZ7L33T8", Serial: "S6E2", Contents: []string{"gpt partition table", "ntfs Data"}},
		{Path: "/dev/sdd", SizeBytes: 16 * gib, Model: "Ultra Fit", Serial: "4C53", Removable: true, Medium: true, Contents: []string{"iso9660 COS_LIVE"}},
	}
	var screen strings.Builder
	in := &typist{screen: &screen, answers: []string{"", "ERASE", "", "", "ERASE", "", "INSTALL"}}
	if _, err := Ask(in, &screen, disks, appliance.Default().Install); err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(screen.String(), "\r\n", "\n")
	const golden = "testdata/dialog.txt"
	if os.Getenv("SLIPWAY_UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || got != string(want) {
		t.Errorf("the screen differs from %s (%v):\n%s", golden, err, got)
	}
}

// typist answers each question, and shows the answer on the screen as a terminal does.
type typist struct {
	screen  *strings.Builder
	answers []string
}

func (t *typist) Read(p []byte) (int, error) {
	if len(t.answers) == 0 {
		return 0, os.ErrClosed
	}
	line := t.answers[0] + "\n"
	t.answers = t.answers[1:]
	t.screen.WriteString(line)
	return copy(p, line), nil
}

// What the boot wrote goes off the screens, and stays in the journal.
func TestConsolesClear(t *testing.T) {
	var screen, journal buffer
	c := consoles{open: []io.WriteCloser{&screen, &journal}, terminals: 1}
	c.clear()
	c.say("hello")
	if screen.String() != "\x1b[H\x1b[2J\r\nslipway: hello\r\n" || journal.String() != "\r\nslipway: hello\r\n" {
		t.Errorf("got %q and %q", screen.String(), journal.String())
	}
}

type buffer struct{ strings.Builder }

func (*buffer) Close() error { return nil }
