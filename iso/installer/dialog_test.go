package installer

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/iso/appliance"
)

func TestAsk(t *testing.T) {
	const gib = 1 << 30
	disks := []Disk{
		{Path: "/dev/vda", SizeBytes: 24 * gib},
		{Path: "/dev/vdb", SizeBytes: 30 * gib},
		{Path: "/dev/vdc", SizeBytes: 40 * gib, Contents: []string{"ext4 COS_STATE"}, Ours: true},
		{Path: "/dev/sda", SizeBytes: 64 * gib, Removable: true, Medium: true, Contents: []string{"iso9660 COS_LIVE"}},
	}
	tests := []struct {
		name   string
		answer string
		want   string // system, pool, wiped, after; or the start of the error
		says   string
	}{
		{"as suggested", "\nERASE\n\n\nINSTALL\n", "/dev/vdc /dev/vda [] reboot", "Install on which disk [/dev/vdc]"},
		{"by number, with a leftover", "1\n2\nyes\npoweroff\nINSTALL\n", "/dev/vda /dev/vdb [/dev/vdc] poweroff", "wipe /dev/vdc, 42 GB"},
		{"a leftover is wiped unless refused", "1\n2\n\n\nINSTALL\n", "/dev/vda /dev/vdb [/dev/vdc] reboot", "Wipe it? yes or no [yes]"},
		{"refused", "1\n2\nno\n", "take /dev/vdc out of the machine", ""},
		{"no pool", "/dev/vdc\nERASE\nnone\nnothing\nINSTALL\n", "/dev/vdc  [] nothing", "folder of the system disk"},
		{"the medium is refused", "4\n1\nnone\nyes\n\nINSTALL\n", "/dev/vda  [/dev/vdc] reboot", "this system was booted from it"},
		{"unknown disk", "9\n1\nnone\nyes\n\nINSTALL\n", "/dev/vda  [/dev/vdc] reboot", `no disk "9"`},
		{"pool on the system disk", "3\nERASE\n3\n2\n\nINSTALL\n", "/dev/vdc /dev/vdb [] reboot", "cannot be the storage pool"},
		{"erase not typed", "3\nyes\n", "nothing was changed", "Type ERASE"},
		{"install not typed", "3\nERASE\n\n\nyes\n", "nothing was changed", "Type INSTALL"},
		{"terminal closed", "3\n", "the terminal was closed", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			plan, err := Ask(strings.NewReader(test.answer), &out, disks, settings(nil))
			if !strings.Contains(out.String(), test.says) {
				t.Errorf("it does not say %q:\n%s", test.says, out.String())
			}
			if err != nil {
				if !strings.HasPrefix(err.Error(), test.want) {
					t.Errorf("got %v, want %s", err, test.want)
				}
				return
			}
			var wiped []string
			for _, disk := range plan.Wipe {
				wiped = append(wiped, disk.Path)
			}
			got := plan.System.Path + " " + plan.Pool.Disk.Path + " [" + strings.Join(wiped, " ") + "] " + plan.After
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Feature 16: a pool of an earlier installation is suggested for wiping, with a second confirmation, or kept.
func TestAskOldPool(t *testing.T) {
	const gib = 1 << 30
	disks := []Disk{
		{Path: "/dev/vda", SizeBytes: 24 * gib},
		{Path: "/dev/vdb", SizeBytes: 30 * gib, Contents: []string{"xfs SLIPWAY_POOL"}, Pool: true},
	}
	for _, test := range []struct{ name, answer, want string }{
		{"wiped unless refused", "\n\n\nERASE\n\nINSTALL\n", "/dev/vdb true"},
		{"kept", "\n\nkeep\n\nINSTALL\n", "/dev/vdb false"},
		{"not confirmed", "\n\nwipe\nyes\n", "nothing was changed"},
		{"left alone", "\nnone\nno\n", "take /dev/vdb out of the machine"},
		{"not the pool, wiped", "\nnone\nyes\n\nINSTALL\n", " false"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			plan, err := Ask(strings.NewReader(test.answer), &out, disks, settings(nil))
			got := fmt.Sprintf("%s %t", plan.Pool.Disk.Path, plan.Pool.Format)
			if err != nil {
				got = err.Error()
			}
			if !strings.HasPrefix(got, test.want) {
				t.Errorf("got %q\n%s", got, out.String())
			}
		})
	}
}

func TestAutomatic(t *testing.T) {
	const gib = 1 << 30
	old := func(path string) Disk {
		return Disk{Path: path, SizeBytes: 24 * gib, Contents: []string{"ext4 COS_STATE"}, Ours: true}
	}
	say := func(string) {}
	if _, err := Automatic([]Disk{old("/dev/vda"), old("/dev/vdb")}, settings(nil), say); err == nil || !strings.Contains(err.Error(), "carries another installation") {
		t.Errorf("two installations: %v", err)
	}
	plan, err := Automatic([]Disk{old("/dev/vda"), old("/dev/vdb")}, settings(func(s *appliance.Install) { s.Overwrite = true }), say)
	if err != nil || plan.System.Path != "/dev/vda" || len(plan.Wipe) != 1 || plan.Wipe[0].Path != "/dev/vdb" {
		t.Errorf("allowed to overwrite: %+v, %v", plan, err)
	}
	if _, err := Automatic(nil, settings(nil), say); err == nil || errors.Is(err, errDeclined) {
		t.Errorf("no disk: %v", err)
	}
}
