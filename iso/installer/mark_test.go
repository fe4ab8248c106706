package installer

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/iso/appliance"
)

// Feature 13: a power cut during the installation. What each moment leaves on the disk must be installed over, and must
// never pass for a complete installation or for somebody's data.
func TestRecogniseHalf(t *testing.T) {
	part := func(name, label, fs string) string {
		return `{"name":"p","path":"/dev/vda1","type":"part","pttype":"gpt","partlabel":"` + name + `","label":"` + label + `","fstype":"` + fs + `"}`
	}
	disk := func(more string, children ...string) string {
		return `{"blockdevices":[{"name":"vda","path":"/dev/vda","type":"disk","size":25769803776` + more + `,"children":[` + strings.Join(children, ",") + `]}]}`
	}
	gpt := `,"pttype":"gpt"`
	tests := []struct {
		name, list     string
		ours, cut, any bool // any: it has contents
	}{
		{"blank", disk(""), false, false, false},
		{"empty partition table", disk(gpt), false, true, false},
		{"our partitions, not formatted", disk(gpt, part("bios", "", ""), part("oem", "", ""), part("state", "", "")), true, true, true},
		{"our partitions, one formatted", disk(gpt, part("oem", "COS_OEM", "ext4"), part("state", "", "")), true, false, true},
		{"a pool that was being made", disk(`,"fstype":"xfs","label":"SLIPWAY_HALF"`), false, true, false},
		{"a pool", disk(`,"fstype":"xfs","label":"SLIPWAY_POOL"`), false, false, true},
		{"partitions of somebody else, without a file system", disk(gpt, part("database", "", "")), false, false, true},
		{"no names", disk(gpt, part("", "", "")), false, false, true},
		{"our name, somebody's file system", disk(gpt, part("efi", "", "vfat")), false, false, true},
		{"Windows", disk(gpt, part("Basic data partition", "Windows", "ntfs")), false, false, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			disks, err := ParseDisks([]byte(test.list))
			if err != nil || len(disks) != 1 {
				t.Fatal(disks, err)
			}
			if d := disks[0]; d.Ours != test.ours || d.Cut != test.cut || len(d.Contents) > 0 != test.any {
				t.Errorf("got ours %t, cut %t, contents %q", d.Ours, d.Cut, d.Contents)
			}
			chosen, _, err := Choose(disks, appliance.Default().Install)
			if free := err == nil; free != (test.ours || !test.any) {
				t.Errorf("chosen %v, %v", chosen, err)
			}
		})
	}
}

// Feature 23: logical volumes of an earlier system are active in the live system; they are taken down before the disk is wiped.
func TestWipeCommands(t *testing.T) {
	disks, err := ParseDisks([]byte(`{"blockdevices":[{"path":"/dev/sda","type":"disk","children":[
		{"path":"/dev/sda1","type":"part","fstype":"vfat"},
		{"path":"/dev/sda2","type":"part","fstype":"LVM2_member","children":[
			{"path":"/dev/mapper/vg-crypted","type":"lvm","fstype":"crypto_LUKS","children":[{"path":"/dev/mapper/open","type":"crypt","fstype":"xfs"}]},
			{"path":"/dev/mapper/vg-swap","type":"lvm","fstype":"swap"}]}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, command := range wipeCommands(disks[0]) {
		got = append(got, command[0]+" "+command[len(command)-1])
	}
	want := []string{"dmsetup /dev/mapper/open", "dmsetup /dev/mapper/vg-crypted", "dmsetup /dev/mapper/vg-swap", "wipefs /dev/sda1", "wipefs /dev/sda2", "wipefs /dev/sda"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if _, _, err := Choose(disks, appliance.Default().Install); err == nil {
		t.Error("a disk with logical volumes was taken without being asked for")
	}
}

func TestWriteMark(t *testing.T) {
	dir := t.TempDir()
	if err := writeMark(dir, "one"); err != nil {
		t.Fatal(err)
	}
	if err := writeMark(dir, "two"); err != nil { // again, as after a reset
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, appliance.InstalledMark)); err != nil || string(text) != "two" {
		t.Errorf("got %q, %v", text, err)
	}
}
