package stick

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Stick is a file system on a removable disk that nothing uses.
type Stick struct {
	Device     string // such as /dev/sdc1
	FileSystem string
	Label      string
	Model      string
	SizeBytes  int64
}

// fileSystems are those that sticks have and that are safe enough to mount.
var fileSystems = []string{"vfat", "exfat", "ext4", "ext3", "ext2"}

// listLimit is how long the disks may take to answer.
const listLimit = 15 * time.Second

// Lister finds sticks. The zero value finds those of the host.
type Lister struct {
	// Also are devices that are taken for sticks where nothing tells: disks of a lab's host, which its /sys does not show.
	Also []string
}

// List finds the sticks that are in the host now.
func (l Lister) List(ctx context.Context) ([]Stick, error) {
	ctx, cancel := context.WithTimeout(ctx, listLimit)
	defer cancel()
	out, err := exec.CommandContext(ctx, "lsblk", "--json", "--bytes", "--tree", "--output", "PATH,TYPE,RM,TRAN,RO,SIZE,MODEL,LABEL,FSTYPE,MOUNTPOINTS").Output()
	if err != nil {
		return nil, fmt.Errorf("the disks cannot be listed: %w", err)
	}
	sticks, err := parseDisks(out)
	if err != nil {
		return nil, err
	}
	for _, device := range l.Also {
		out, err := exec.CommandContext(ctx, "blkid", "--probe", "--output", "export", device).Output()
		if s, ok := parseProbe(device, out); err == nil && ok {
			sticks = append(sticks, s)
		}
	}
	return sticks, nil
}

// device is what lsblk(8) says.
type device struct {
	Path        string   `json:"path"`
	Type        string   `json:"type"`
	Removable   bool     `json:"rm"`
	Transport   string   `json:"tran"`
	ReadOnly    bool     `json:"ro"`
	Size        int64    `json:"size"`
	Model       string   `json:"model"`
	Label       string   `json:"label"`
	FileSystem  string   `json:"fstype"`
	MountPoints []string `json:"mountpoints"`
	Children    []device `json:"children"`
}

func parseDisks(out []byte) ([]Stick, error) {
	var list struct {
		Disks []device `json:"blockdevices"`
	}
	if err := json.Unmarshal(out, &list); err != nil {
		return nil, fmt.Errorf("the list of disks cannot be read: %w", err)
	}
	sticks := []Stick{}
	for _, d := range list.Disks {
		if d.Type != "disk" || !d.Removable && d.Transport != "usb" {
			continue
		}
		for _, part := range append([]device{d}, d.Children...) {
			if usable(part) {
				sticks = append(sticks, Stick{part.Path, part.FileSystem, part.Label, strings.TrimSpace(d.Model), part.Size})
			}
		}
	}
	return sticks, nil
}

// usable says whether a file system can be written to and nobody does; encrypted and joined ones have children.
func usable(d device) bool {
	mounted := slices.ContainsFunc(d.MountPoints, func(m string) bool { return m != "" })
	return slices.Contains(fileSystems, d.FileSystem) && !d.ReadOnly && !mounted && len(d.Children) == 0
}

// parseProbe reads blkid(8)'s answer about one device.
func parseProbe(device string, out []byte) (Stick, bool) {
	s := Stick{Device: device}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), "=")
		switch key {
		case "TYPE":
			s.FileSystem = value
		case "LABEL":
			s.Label = value
		case "FSSIZE":
			s.SizeBytes, _ = strconv.ParseInt(value, 10, 64)
		}
	}
	return s, slices.Contains(fileSystems, s.FileSystem)
}
