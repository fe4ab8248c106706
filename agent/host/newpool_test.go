package host

import (
	"strings"
	"testing"
)

// Feature 66: only an empty, fixed, large enough disk may become the pool, and only one.
func TestCheckPool(t *testing.T) {
	t.Parallel()
	system, free := Disk{Path: "/dev/sda", Role: RoleSystem, SizeBytes: 100 << 30}, Disk{Path: "/dev/sdb", Role: RoleFree, SizeBytes: MinimumPool}
	with := func(change func(*Disk)) []Disk {
		d := free
		change(&d)
		return []Disk{system, d}
	}
	for name, c := range map[string]struct {
		disks []Disk
		path  string
		want  string
	}{
		"good":      {[]Disk{system, free}, "/dev/sdb", ""},
		"none":      {[]Disk{system, free}, "/dev/sdc", "no disk"},
		"partition": {[]Disk{system, free}, "/dev/sdb1", "no disk"},
		"system":    {[]Disk{system, free}, "/dev/sda", "holds the system"},
		"used":      {with(func(d *Disk) { d.Role = RoleUsed }), "/dev/sdb", "has data on it"},
		"small":     {with(func(d *Disk) { d.SizeBytes-- }), "/dev/sdb", "too small"},
		"stick":     {with(func(d *Disk) { d.Removable = true }), "/dev/sdb", "can be pulled out"},
		"second":    {[]Disk{system, free, {Path: "/dev/sdc", Role: RolePool}}, "/dev/sdb", "already, on /dev/sdc"},
		"itself":    {with(func(d *Disk) { d.Role = RolePool }), "/dev/sdb", "already, on /dev/sdb"},
	} {
		err := CheckPool(c.disks, c.path)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
