package installer

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/iso/appliance"
)

func settings(change func(*appliance.Install)) appliance.Install {
	s := appliance.Default().Install
	if change != nil {
		change(&s)
	}
	return s
}

func TestChoose(t *testing.T) {
	const gib = 1 << 30
	blank := func(path string, size int64) Disk { return Disk{Path: path, SizeBytes: size * gib} }
	with := func(d Disk, change func(*Disk)) Disk { change(&d); return d }
	data := func(d *Disk) { d.Contents = []string{"gpt partition table", "ntfs Windows"} }
	ours := func(d *Disk) { d.Contents, d.Ours = []string{"gpt partition table", "ext4 COS_STATE"}, true }
	pool := func(d *Disk) { d.Contents, d.Pool = []string{"xfs SLIPWAY_POOL"}, true }
	overwrite := settings(func(s *appliance.Install) { s.Overwrite = true })
	named := func(path string) appliance.Install {
		return settings(func(s *appliance.Install) { s.Target = path })
	}
	a, b := blank("/dev/vda", 24), blank("/dev/vdb", 300)
	tests := []struct {
		name     string
		disks    []Disk
		settings appliance.Install
		want     string // path, or the start of the error
		reason   string
	}{
		{"the first, not the largest", []Disk{a, b}, settings(nil), "/dev/vda", "the first large enough"},
		{"too small", []Disk{blank("/dev/vda", 15), b}, settings(nil), "/dev/vdb", "/dev/vda, 16 GB: not used, it is smaller than 16 GiB"},
		{"removable", []Disk{with(a, func(d *Disk) { d.Removable = true }), b}, settings(nil), "/dev/vdb", "removable"},
		{"the medium", []Disk{with(a, func(d *Disk) { d.Medium = true }), b}, settings(nil), "/dev/vdb", "booted from it"},
		{"read-only", []Disk{with(a, func(d *Disk) { d.ReadOnly = true }), b}, settings(nil), "/dev/vdb", "cannot be written"},
		{"somebody's data", []Disk{with(a, data), b}, settings(nil), "/dev/vdb", "it has data on it (gpt partition table, ntfs Windows)"},
		{"only somebody's data", []Disk{with(a, data)}, settings(nil), "no disk of this machine may be used", "install.overwrite"},
		{"allowed to overwrite", []Disk{with(a, data), b}, overwrite, "/dev/vda", "overwritten, as the settings allow"},
		{"ours again", []Disk{with(a, ours), b}, settings(nil), "/dev/vda", "an earlier installation, which is replaced"},
		{"ours, though not the first", []Disk{a, with(b, ours)}, settings(nil), "/dev/vdb", "an earlier installation"},
		{"a pool is content", []Disk{with(a, pool), b}, settings(nil), "/dev/vdb", "storage pool"},
		{"never the medium", []Disk{with(a, func(d *Disk) { d.Medium = true })}, overwrite, "no disk", "booted"},
		{"named", []Disk{a, b}, named("/dev/vdb"), "/dev/vdb", "it was named"},
		{"named with data", []Disk{a, with(b, data)}, named("/dev/vdb"), "no disk", "data"},
		{"named, not there", []Disk{a, b}, named("/dev/sda"), "the disk /dev/sda, which", ""},
		{"no disk", nil, settings(nil), "this machine has no disk", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, reasons, err := Choose(test.disks, test.settings)
			switch {
			case err != nil && !strings.HasPrefix(err.Error(), test.want), err == nil && got.Path != test.want:
				t.Errorf("got %s, %v; want %s", got.Path, err, test.want)
			case !strings.Contains(strings.Join(reasons, "\n"), test.reason):
				t.Errorf("reasons %q lack %q", reasons, test.reason)
			}
		})
	}
}

func TestLeftovers(t *testing.T) {
	disks := []Disk{{Path: "/dev/a"}, {Path: "/dev/b", Ours: true}, {Path: "/dev/c", Ours: true}, {Path: "/dev/d", Ours: true, Medium: true},
		{Path: "/dev/e", Pool: true}, {Path: "/dev/f", Pool: true}}
	got := Leftovers(disks, disks[1], Pool{Disk: disks[4]})
	if len(got) != 2 || got[0].Path != "/dev/c" || got[1].Path != "/dev/f" {
		t.Errorf("got %v", got)
	}
}

// testdata/lsblk.json is what lsblk said in a machine with a CD, an installed disk, a pool, a USB stick that was booted,
// and a RAID member.
func TestParseDisks(t *testing.T) {
	data, err := os.ReadFile("testdata/lsblk.json")
	if err != nil {
		t.Fatal(err)
	}
	disks, err := ParseDisks(data)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range disks {
		line := d.String()
		for flag, set := range map[string]bool{" ours": d.Ours, " pool": d.Pool, " medium": d.Medium, " removable": d.Removable} {
			if set {
				line += flag
			}
		}
		got = append(got, line+" ["+strings.Join(d.Contents, "; ")+"]")
	}
	want := []string{
		"/dev/vda, 25 GB, system0 ours [gpt partition table; vfat COS_GRUB; ext4 COS_STATE]",
		"/dev/vdb, 32 GB, pool0 pool [xfs SLIPWAY_POOL]",
		"/dev/nvme0n1, 500 GB, Fast 1, S1 [gpt partition table; linux_raid_member old:0; ext4 data]",
	}
	if !slices.Equal(got[:3], want) {
		t.Errorf("got %q", got)
	}
	if usb := got[3]; !strings.Contains(usb, " medium") || !strings.Contains(usb, " removable") {
		t.Errorf("the medium: %q", usb)
	}
	if len(got) != 4 {
		t.Errorf("%d disks, want 4: no CD, loop or zram", len(got))
	}
}

func TestFollow(t *testing.T) {
	var log bytes.Buffer
	var said []string
	say := func(text string) { said = append(said, text) }
	output := "2026 INF starting\n{\"event\":\"step\",\"step\":\"partition\"}\n{\"event\":\"step\",\"step\":\"unknown\"}\n{broken\n" +
		"{\"event\":\"error\",\"message\":\"no space\"}\nlast line without an end"
	err := follow(strings.NewReader(output), &log, say)
	if err == nil || err.Error() != "no space" {
		t.Errorf("got %v", err)
	}
	if !slices.Equal(said, []string{"step 1 of 8: making partitions"}) || log.String() != output {
		t.Errorf("said %q, log %q", said, log.String())
	}
}

func FuzzParseDisks(f *testing.F) {
	data, err := os.ReadFile("testdata/lsblk.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		disks, err := ParseDisks(data)
		if err != nil {
			return
		}
		s := settings(nil)
		if chosen, _, err := Choose(disks, s); err == nil && (chosen.Medium || chosen.Pool || chosen.Removable ||
			len(chosen.Contents) > 0 && !chosen.Ours || chosen.SizeBytes < int64(s.MinimumDiskGiB)<<30) {
			t.Errorf("chose %+v", chosen)
		}
	})
}
