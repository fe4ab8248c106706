package appliance

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Storage is how the system disk is divided beyond what Kairos needs, and what of the system survives a reboot beyond what
// Slipway keeps.
type Storage struct {
	// PersistentGiB is the size of the persistent partition; 0 gives it the rest of the disk.
	PersistentGiB int         `yaml:"persistentGiB"`
	Partitions    []Partition `yaml:"partitions"`
	// BindMounts are directories that are kept on the persistent partition.
	BindMounts []string `yaml:"bindMounts"`
}

// Partition is one more partition of the system disk.
type Partition struct {
	Name string `yaml:"name"`
	// Label of the file system, by which it is found.
	Label string `yaml:"label"`
	// SizeMiB 0 takes the rest of the disk, which then PersistentGiB must leave.
	SizeMiB int `yaml:"sizeMiB"`
	// FS is ext4 or xfs.
	FS string `yaml:"fs"`
}

// systemGiB is what an installation takes besides: system images, recovery, a little that persists.
const systemGiB = 16

// WithRoom raises the smallest disk to what the partitions and content of so many bytes need.
func (a Appliance) WithRoom(contentBytes int64) Appliance {
	mib := int64(a.Storage.PersistentGiB)<<10 + contentBytes>>20
	for _, p := range a.Storage.Partitions {
		mib += int64(p.SizeMiB)
	}
	a.Install.MinimumDiskGiB = max(a.Install.MinimumDiskGiB, systemGiB+int((mib+1023)>>10))
	return a
}

var (
	partitionForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,19}$`)
	labelForm     = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,11}$`) // xfs allows 12 characters
	mountForm     = regexp.MustCompile(`^(/[A-Za-z0-9][A-Za-z0-9._-]*)+$`)
)

// Kairos and Slipway have these for themselves.
var (
	ourPartitions = []string{"bios", "efi", "oem", "recovery", "state", "persistent"}
	ourPlaces     = []string{"/boot", "/dev", "/etc", "/oem", "/proc", "/run", "/sys", "/system", "/tmp", "/usr", "/var", "/var/lib/slipway"}
)

func (s Storage) rules() []rule {
	rules := []rule{
		{[]string{"persistentGiB"}, unless(s.PersistentGiB == 0 || s.PersistentGiB >= 8 && s.PersistentGiB <= 65536, "want 8 to 65536, or 0 for the rest of the disk")},
		{[]string{"partitions"}, unless(len(s.Partitions) <= 16, "at most 16 partitions are allowed")},
		{[]string{"bindMounts"}, unless(len(s.BindMounts) <= 64, "at most 64 directories are allowed")},
	}
	rests := 0
	labels := map[string]bool{}
	for i, p := range s.Partitions {
		at := func(field string) []string { return []string{"partitions", strconv.Itoa(i), field} }
		if p.SizeMiB == 0 {
			rests++
		}
		rules = append(rules,
			rule{at("name"), unless(partitionForm.MatchString(p.Name) && !slices.Contains(ourPartitions, p.Name), fmt.Sprintf("%q: want up to 20 small letters, digits and dashes, and none of %s", p.Name, strings.Join(ourPartitions, ", ")))},
			rule{at("label"), unless(labelForm.MatchString(p.Label) && !strings.HasPrefix(p.Label, "COS_") && !strings.HasPrefix(p.Label, "SLIPWAY_") && !labels[p.Label], fmt.Sprintf("%q: want a label of its own, up to 12 capitals, digits and underscores, not one that begins with COS_ or SLIPWAY_", p.Label))},
			rule{at("sizeMiB"), unless(p.SizeMiB == 0 || p.SizeMiB >= 300 && p.SizeMiB <= 64<<20, "want 300 or more, or 0 for the rest of the disk")},
			rule{at("fs"), unless(p.FS == "ext4" || p.FS == "xfs", "want ext4 or xfs")})
		labels[p.Label] = true
	}
	if rests > 0 {
		rules = append(rules, rule{[]string{"partitions"}, unless(rests == 1 && s.PersistentGiB > 0, "one partition can have the rest of the disk, and only when persistentGiB says how large the persistent one is")})
	}
	for i, dir := range s.BindMounts {
		ok := mountForm.MatchString(dir) && path.Clean(dir) == dir && !slices.Contains(ourPlaces, dir) && !strings.HasPrefix(dir, "/var/lib/slipway/")
		rules = append(rules, rule{[]string{"bindMounts", strconv.Itoa(i)}, unless(ok, fmt.Sprintf("%q: want the absolute path of a directory that the system does not need for itself", dir))})
	}
	return rules
}

// kairosKeys adds to a cloud-config what Kairos makes of the storage: keys of install, and the directories of the bind mounts
// in every system image.
func (s Storage) kairosKeys(doc, install map[string]any) {
	if s.PersistentGiB > 0 {
		install["partitions"] = map[string]any{"persistent": map[string]any{"size": s.PersistentGiB << 10, "fs": "ext4"}}
	}
	var extra []any
	for _, p := range s.Partitions {
		extra = append(extra, map[string]any{"name": p.Name, "label": p.Label, "size": p.SizeMiB, "fs": p.FS})
	}
	if extra != nil {
		install["extra-partitions"] = extra
	}
	if len(s.BindMounts) > 0 {
		install["bind_mounts"] = s.BindMounts
		install["extra-dirs-rootfs"] = s.BindMounts
		doc["upgrade"] = map[string]any{"extra-dirs-rootfs": s.BindMounts}
		doc["reset"] = map[string]any{"extra-dirs-rootfs": s.BindMounts}
	}
}
