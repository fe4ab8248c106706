package installer

import (
	"strings"
	"testing"

	"github.com/slipway-os/slipway/iso/appliance"
)

func TestChoosePool(t *testing.T) {
	const gib = 1 << 30
	system := Disk{Path: "/dev/vda", SizeBytes: 24 * gib}
	blank := Disk{Path: "/dev/vdb", SizeBytes: 30 * gib}
	small := Disk{Path: "/dev/vdb", SizeBytes: 9 * gib}
	stick := Disk{Path: "/dev/sda", SizeBytes: 64 * gib, Removable: true}
	windows := Disk{Path: "/dev/vdc", SizeBytes: 500 * gib, Contents: []string{"ntfs"}}
	pool := Disk{Path: "/dev/vdd", SizeBytes: 100 * gib, Contents: []string{"xfs SLIPWAY_POOL"}, Pool: true}
	tests := []struct {
		name   string
		disks  []Disk
		pool   string
		over   bool
		want   string // path, empty for a folder, or the start of an error
		format bool
	}{
		{"second blank disk", []Disk{system, windows, blank}, "auto", false, "/dev/vdb", true},
		{"one disk", []Disk{system}, "auto", false, "", false},
		{"never the stick", []Disk{system, stick}, "auto", false, "", false},
		{"too small", []Disk{system, small}, "auto", false, "", false},
		{"never somebody's data", []Disk{system, windows}, "auto", false, "", false},
		{"not even when disks may be overwritten", []Disk{system, windows}, "auto", true, "", false},
		{"a pool stays one", []Disk{system, blank, pool}, "auto", false, "/dev/vdd", false},
		{"a pool is not formatted", []Disk{system, pool}, "/dev/vdd", true, "/dev/vdd", false},
		{"none", []Disk{system, blank}, "none", false, "", false},
		{"named", []Disk{system, blank}, "/dev/vdb", false, "/dev/vdb", true},
		{"named with data", []Disk{system, windows}, "/dev/vdc", false, "/dev/vdc, 536 GB cannot be", false},
		{"named with data, allowed", []Disk{system, windows}, "/dev/vdc", true, "/dev/vdc", true},
		{"the system disk", []Disk{system}, "/dev/vda", true, "/dev/vda, 25 GB cannot be", false},
		{"not there", []Disk{system}, "/dev/vdz", false, "the disk /dev/vdz", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ChoosePool(test.disks, system, settings(func(s *appliance.Install) { s.Pool, s.Overwrite = test.pool, test.over }))
			if err != nil {
				if test.want == "" || !strings.HasPrefix(err.Error(), test.want) || test.format {
					t.Errorf("got %v", err)
				}
				return
			}
			if got.Disk.Path != test.want || got.Format != test.format || got.Reason == "" {
				t.Errorf("got %+v", got)
			}
		})
	}
}
