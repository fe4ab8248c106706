// Package sysinfo reads the facts about this host from /proc, /sys, /run and /etc below a root that tests replace. It
// runs no program and asks no daemon, so it works in the console before anything else does.
//
// What a machine does not tell stays empty: an adapter without a driver or a disk without a serial number is shown as
// it is. An error means that a whole list could not be read; the facts then hold the rest.
package sysinfo

import (
	"bufio"
	"bytes"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/slipway-os/slipway/agent/host"
)

// Options say where to read.
type Options struct {
	Root    string // "/" on a host
	PoolDir string // where the storage pool is mounted, such as /var/lib/slipway/pool
	// OnlyDisks, when not nil, are the only disks there are, such as /dev/vdb: in a container /sys shows the disks of the
	// machine around it. Those that do not exist are left out.
	OnlyDisks []string
}

// Reader reads facts. Safe for concurrent use.
type Reader struct {
	Options
	addresses func() (map[string][]netip.Prefix, error) // of each link
	permanent func(link string) string                  // the permanent MAC, empty when there is none
}

// New makes a reader.
func New(o Options) *Reader {
	return &Reader{Options: o, addresses: linkAddresses, permanent: permanentMAC}
}

// Read reads everything anew; it takes a few milliseconds.
func (r *Reader) Read() (host.Facts, error) {
	adapters, err := r.Adapters()
	disks, err2 := r.Disks()
	release := keyValues(r.first("etc/os-release", "usr/lib/os-release"))
	uptime, _, _ := strings.Cut(r.text("proc/uptime"), ".")
	return host.Facts{
		Name:          r.text("proc/sys/kernel/hostname"),
		Adapters:      adapters,
		CPUs:          countList(r.text("sys/devices/system/cpu/online")),
		MemoryBytes:   memTotal(r.bytes("proc/meminfo")),
		Disks:         disks,
		OS:            release["PRETTY_NAME"],
		Kernel:        r.text("proc/sys/kernel/osrelease"),
		Product:       strings.TrimSpace(r.text("sys/class/dmi/id/sys_vendor") + " " + r.text("sys/class/dmi/id/product_name")),
		CPUModel:      cpuModel(r.bytes("proc/cpuinfo")),
		UptimeSeconds: number(uptime),
		SecureBoot:    r.secureBoot(),
		GPUs:          r.gpus(),
	}, errors.Join(err, err2)
}

func (r *Reader) path(p string) string { return filepath.Join(r.Root, p) }

// bytes reads a small file; what cannot be read is empty. Some files of /sys answer EINVAL while a link is down.
func (r *Reader) bytes(p string) []byte {
	b, err := os.ReadFile(r.path(p))
	if err != nil {
		return nil
	}
	return b
}

func (r *Reader) text(p string) string { return strings.TrimSpace(string(r.bytes(p))) }

func (r *Reader) first(paths ...string) []byte {
	for _, p := range paths {
		if b := r.bytes(p); b != nil {
			return b
		}
	}
	return nil
}

// keyValues reads KEY=value lines, the value maybe in quotes: os-release(5) and the state files of systemd-networkd.
func keyValues(raw []byte) map[string]string {
	out := map[string]string{}
	for s := bufio.NewScanner(bytes.NewReader(raw)); s.Scan(); {
		k, v, ok := strings.Cut(strings.TrimSpace(s.Text()), "=")
		if !ok || strings.HasPrefix(k, "#") {
			continue
		}
		if u, err := strconv.Unquote(v); err == nil {
			v = u
		}
		out[k] = strings.Trim(v, `'"`)
	}
	return out
}

// countList counts the members of a list such as "0-3,8", the kernel's cpulist format.
func countList(s string) (n int) {
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		a, err := strconv.Atoi(from)
		if err != nil {
			continue
		}
		b := a
		if isRange {
			if b, err = strconv.Atoi(to); err != nil {
				continue
			}
		}
		n += max(b-a+1, 0)
	}
	return n
}

// memTotal reads MemTotal of meminfo(5), which counts in KiB whatever its unit says.
func memTotal(raw []byte) int64 {
	for line := range bytes.Lines(raw) {
		if f := strings.Fields(string(line)); len(f) >= 2 && f[0] == "MemTotal:" {
			return number(f[1]) << 10
		}
	}
	return 0
}

// cpuModel is what the first processor calls itself; processors other than x86 may not say.
func cpuModel(raw []byte) string {
	for line := range bytes.Lines(raw) {
		if k, v, ok := strings.Cut(string(line), ":"); ok && strings.TrimSpace(k) == "model name" {
			return strings.Join(strings.Fields(v), " ")
		}
	}
	return ""
}

// number is 0 for what is no number.
func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}
