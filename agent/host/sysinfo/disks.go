package sysinfo

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/agent/host"
)

// noDisk matches block devices that are no disk one could install to: loops, RAM, what is stacked on disks, CD drives,
// floppies, and the boot areas of eMMC.
var noDisk = regexp.MustCompile(`^(loop|ram|zram|dm-|md|sr|fd|nbd|drbd|mmcblk\d+(boot|rpmb))`)

// Disks reads the disks with their roles, by path.
func (r *Reader) Disks() ([]host.Disk, error) {
	names, err := r.diskNames()
	if err != nil {
		return []host.Disk{}, fmt.Errorf("reading the disks: %w", err)
	}
	blocks := []host.Block{}
	for device, dir := range names {
		if b := r.block(device, dir); b.SizeBytes > 0 { // an empty card reader has 0
			blocks = append(blocks, b)
		}
	}
	return host.Roles(blocks, parseMounts(r.bytes("proc/self/mountinfo")), r.PoolDir), nil
}

// diskNames maps the path of each disk to its directory below /sys.
func (r *Reader) diskNames() (map[string]string, error) {
	out := map[string]string{}
	if r.OnlyDisks != nil {
		for _, device := range r.OnlyDisks {
			var st unix.Stat_t
			if err := unix.Stat(r.path(device), &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFBLK {
				continue
			}
			out[device] = fmt.Sprintf("sys/dev/block/%d:%d", unix.Major(st.Rdev), unix.Minor(st.Rdev))
		}
		return out, nil
	}
	entries, err := os.ReadDir(r.path("sys/block"))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !noDisk.MatchString(e.Name()) {
			out["/dev/"+deviceName(e.Name())] = "sys/block/" + e.Name()
		}
	}
	return out, nil
}

// deviceName undoes what /sys does to names with a slash, such as cciss!c0d0.
func deviceName(name string) string { return strings.ReplaceAll(name, "!", "/") }

func (r *Reader) block(device, dir string) host.Block {
	number := r.text(dir + "/dev")
	udev := r.udev(number)
	b := host.Block{Disk: host.Disk{
		Path:      device,
		SizeBytes: sectors(r.text(dir + "/size")),
		Model:     firstOf(r.text(dir+"/device/model"), udev["ID_MODEL"]),
		Serial:    firstOf(r.text(dir+"/device/serial"), r.text(dir+"/serial"), udev["ID_SERIAL_SHORT"]),
		Removable: r.text(dir+"/removable") == "1",
	}}
	r.addPart(&b, device, dir, 0)
	partitions, _ := filepath.Glob(r.path(dir + "/*/partition"))
	for _, p := range partitions {
		name := filepath.Base(filepath.Dir(p))
		r.addPart(&b, "/dev/"+deviceName(name), path.Join(dir, name), 0)
	}
	return b
}

// maxDepth bounds the stack of devices on a partition (encryption on LVM on RAID is 3).
const maxDepth = 8

// addPart adds the device at dir and what is stacked on it.
func (r *Reader) addPart(b *host.Block, device, dir string, depth int) {
	number := r.text(dir + "/dev")
	udev := r.udev(number)
	b.Parts = append(b.Parts, host.Part{
		Path: device, Number: number,
		Type:  firstOf(udev["ID_FS_TYPE"], udev["ID_PART_TABLE_TYPE"]),
		Label: udev["ID_FS_LABEL"], SizeBytes: sectors(r.text(dir + "/size")),
	})
	holders, _ := os.ReadDir(r.path(dir + "/holders"))
	for _, h := range holders {
		if depth < maxDepth {
			r.addPart(b, "/dev/"+h.Name(), "sys/block/"+h.Name(), depth+1)
		}
	}
}

// udev reads the properties of a block device from udev's database, which is empty without udev.
func (r *Reader) udev(number string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(string(r.bytes("run/udev/data/b" + number))) {
		if kv, ok := strings.CutPrefix(strings.TrimSpace(line), "E:"); ok {
			k, v, _ := strings.Cut(kv, "=")
			out[k] = v
		}
	}
	return out
}

// sectors turns a size of /sys, always in units of 512 bytes, into bytes.
func sectors(s string) int64 {
	n := number(s)
	if n < 0 || n > 1<<53 {
		return 0
	}
	return n << 9
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			return t
		}
	}
	return ""
}

// parseMounts reads mountinfo of proc(5): number and target are fields 3 and 5, the source comes second after a " - ".
func parseMounts(raw []byte) []host.Mount {
	var out []host.Mount
	for line := range strings.Lines(string(raw)) {
		left, right, ok := strings.Cut(line, " - ")
		l, f := strings.Fields(left), strings.Fields(right)
		if !ok || len(l) < 5 || len(f) < 2 {
			continue
		}
		out = append(out, host.Mount{Number: l[2], Source: unescape(f[1]), Target: unescape(l[4])})
	}
	return out
}

// unescape undoes the octal escapes of mountinfo, such as \040 for a space.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
