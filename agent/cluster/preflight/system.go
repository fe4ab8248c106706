package preflight

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/agent/cluster"
)

// memory is MemTotal of /proc/meminfo, in bytes (proc(5)).
func (g *Gatherer) memory() (int64, error) {
	s, err := g.text("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	for _, line := range strings.Split(s, "\n") {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "MemTotal:" {
			kib, err := strconv.ParseInt(f[1], 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("/proc/meminfo has no MemTotal")
}

// disks measures each place; one that is not there yet will be made in the file system of its nearest parent.
func (g *Gatherer) disks(req cluster.CheckRequest) (map[cluster.DiskPlace]int64, error) {
	places := map[cluster.DiskPlace]string{cluster.DiskPool: g.opt.PoolDir, cluster.DiskContainerd: "/var/lib/containerd",
		cluster.DiskKubelet: "/var/lib/kubelet"}
	if slices.ContainsFunc(req.Ports, func(p cluster.PortProbe) bool { return p.Port == 2379 }) {
		places[cluster.DiskEtcd] = "/var/lib/etcd"
	}
	free := map[cluster.DiskPlace]int64{}
	for place, dir := range places {
		n, err := freeBytes(g.path(dir))
		if err != nil {
			return nil, err
		}
		free[place] = n
	}
	return free, nil
}

func freeBytes(dir string) (int64, error) {
	for {
		var st unix.Statfs_t
		err := unix.Statfs(dir, &st)
		if err == nil {
			return int64(st.Bavail) * st.Bsize, nil
		}
		if !errors.Is(err, unix.ENOENT) || dir == "/" || dir == "." {
			return 0, fmt.Errorf("free space of %s: %w", dir, err)
		}
		dir = filepath.Dir(dir)
	}
}

// swap is true when a swap area that this host can see is on. In a container /proc/swaps shows the machine's.
func (g *Gatherer) swap() (bool, error) {
	s, err := g.text("/proc/swaps")
	if err != nil {
		return false, err
	}
	for i, line := range strings.Split(s, "\n") {
		f := strings.Fields(line)
		if i == 0 || len(f) == 0 {
			continue
		}
		if _, err := os.Stat(g.path(f[0])); err == nil {
			return true, nil
		}
	}
	return false, nil
}

// cgroups tells the version and the controllers (kernel: Documentation/admin-guide/cgroup-v2.rst). With both versions
// mounted the controllers are version 1's.
func (g *Gatherer) cgroups() (version int, controllers []string, err error) {
	if s, err := g.text("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		return 2, strings.Fields(s), nil
	}
	s, err := g.text("/proc/self/mounts")
	if err != nil {
		return 0, nil, err
	}
	known := []string{"blkio", "cpu", "cpuacct", "cpuset", "devices", "freezer", "hugetlb", "memory", "pids"}
	for _, line := range strings.Split(s, "\n") {
		f := strings.Fields(line)
		if len(f) < 4 || f[2] != "cgroup" {
			continue
		}
		for _, o := range strings.Split(f[3], ",") {
			if slices.Contains(known, o) && !slices.Contains(controllers, o) {
				controllers = append(controllers, o)
			}
		}
	}
	slices.Sort(controllers)
	return 1, controllers, nil
}

// kernelTrials are commands that only work with a feature. Each runs in a network namespace of its own, which ends with it.
var kernelTrials = map[cluster.KernelFeature][]string{
	cluster.KernelVXLAN:     {"ip", "link", "add", "probe", "type", "vxlan", "id", "1", "dstport", "4789"},
	cluster.KernelIPTables:  {"iptables", "-t", "nat", "-A", "OUTPUT", "-j", "RETURN"},
	cluster.KernelConntrack: {"iptables", "-A", "OUTPUT", "-m", "conntrack", "--ctstate", "NEW", "-j", "RETURN"},
	cluster.KernelIPSet:     {"ipset", "create", "probe", "hash:ip"},
}

// kernel finds the features by using them: what is built in shows nowhere, and what is a module is loaded by its use.
// A feature whose command is missing is not in the answer.
func (g *Gatherer) kernel(ctx context.Context) map[cluster.KernelFeature]bool {
	has := map[cluster.KernelFeature]bool{
		cluster.KernelOverlay:     g.overlay(ctx),
		cluster.KernelBrNetfilter: g.exists("/proc/sys/net/bridge/bridge-nf-call-iptables"),
		cluster.KernelIPForward:   g.forwards(),
	}
	for feature, words := range kernelTrials {
		if _, err := exec.LookPath(words[0]); err != nil {
			continue
		}
		has[feature] = exec.CommandContext(ctx, "unshare", append([]string{"--net"}, words...)...).Run() == nil
	}
	return has
}

func (g *Gatherer) overlay(ctx context.Context) bool {
	listed := func() bool {
		s, err := g.text("/proc/filesystems")
		return err == nil && slices.Contains(strings.Fields(s), "overlay")
	}
	if listed() {
		return true
	}
	_ = exec.CommandContext(ctx, "modprobe", "-q", "overlay").Run()
	return listed()
}

// forwards is true when the host forwards packets or can be told to.
func (g *Gatherer) forwards() bool {
	const setting = "/proc/sys/net/ipv4/ip_forward"
	if s, err := g.text(setting); err == nil && strings.TrimSpace(s) == "1" {
		return true
	}
	f, err := os.OpenFile(g.path(setting), os.O_WRONLY, 0)
	return err == nil && f.Close() == nil
}

func (g *Gatherer) exists(p string) bool {
	_, err := os.Stat(g.path(p))
	return err == nil
}
