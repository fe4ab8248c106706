package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/audit"
	"github.com/slipway-os/slipway/agent/cluster/kubeadm"
	"github.com/slipway-os/slipway/agent/diag/support"
)

// supportSources is all that goes into a bundle. Nothing here has a secret by itself: the values are what the API answers,
// which never holds one; the state, keys, sessions, passwords and Secrets of Kubernetes are not read at all.
func (a *Agent) supportSources() []support.Source {
	value := func(name string, get func(ctx context.Context) (any, error)) support.Source {
		return support.JSON("agent/"+name+".json", get)
	}
	out := []support.Source{
		value("host", func(ctx context.Context) (any, error) { return machine{a}.Show(ctx) }),
		value("network", func(ctx context.Context) (any, error) { return networks{a}.Show(ctx) }),
		value("link", func(context.Context) (any, error) { return a.apiLink(), nil }),
		value("clusters", func(context.Context) (any, error) { return a.apiClusters(), nil }),
		value("content", func(ctx context.Context) (any, error) { return contents{a}.List(ctx) }),
		value("operations", func(context.Context) (any, error) { return a.operations.List(), nil }),
		value("errors", func(ctx context.Context) (any, error) { return diagnosis{a.cfg.Root}.Errors(ctx) }),
		value("audit", func(context.Context) (any, error) { return a.audit.List(audit.Filter{Limit: 1000}) }),
		support.Tail("agent/agent.yaml", a.cfg.path("etc/slipway/agent.yaml")),
	}
	if a.cfg.onHost() { // beside other things on the machine an agent tells of itself only
		out = slices.Concat(out, commandSources(), journalSources())
	}
	if a.engine != nil && a.inCluster() {
		out = append(out, a.clusterSources()...)
	}
	return out
}

func commandSources() []support.Source {
	var out []support.Source
	for _, c := range []struct{ name, command string }{
		{"network/networkctl", "networkctl status --all --no-pager --lines=0"}, {"network/links", "ip -details -statistics link"},
		{"network/addresses", "ip address"}, {"network/routes", "ip route show table all"}, {"network/routes6", "ip -6 route show table all"},
		{"network/rules", "ip rule"}, {"network/neighbours", "ip neighbour"}, {"network/dns", "resolvectl status --no-pager"},
		{"network/sockets", "ss --tcp --udp --listening --numeric --processes"}, {"network/firewall", "nft list ruleset"},
		{"system/units", "systemctl list-units --all --no-pager --plain"}, {"system/failed", "systemctl status --failed --no-pager --lines=20"},
		{"system/boots", "journalctl --list-boots --no-pager"}, {"system/processes", "ps -eo pid,ppid,user,stat,pcpu,pmem,rss,etime,comm"},
		{"system/clock", "timedatectl show --all"}, {"system/time", "timedatectl show-timesync --all"}, {"system/kernel", "uname -a"}, {"system/modules", "lsmod"},
		{"disks/list", "lsblk --output NAME,SIZE,TYPE,FSTYPE,LABEL,MOUNTPOINTS,MODEL,SERIAL,RO"}, {"disks/space", "df --human-readable --print-type"},
		{"disks/inodes", "df --inodes"}, {"containers/list", "ctr --namespace k8s.io containers list"}, {"containers/tasks", "ctr --namespace k8s.io tasks list"},
		{"containers/images", "ctr --namespace k8s.io images list"},
	} {
		words := strings.Fields(c.command)
		out = append(out, support.Command(c.name+".txt", words[0], words[1:]...))
	}
	for _, f := range []string{"/etc/os-release", "/etc/hosts", "/etc/resolv.conf", "/proc/meminfo", "/proc/cmdline", "/proc/mounts", "/proc/loadavg", "/proc/pressure/cpu",
		"/proc/pressure/io", "/proc/pressure/memory"} {
		out = append(out, support.Tail("system"+f+".txt", f))
	}
	return out
}

func journalSources() []support.Source {
	var out []support.Source
	for _, j := range []struct {
		name, lines string
		which       []string
	}{
		{"agent", "8000", []string{"--unit=slipway-agent.service"}}, {"console", "1000", []string{"--unit=slipway-console@*"}},
		{"kubelet", "8000", []string{"--unit=kubelet.service"}}, {"containerd", "4000", []string{"--unit=containerd.service"}},
		{"networkd", "2000", []string{"--unit=systemd-networkd.service"}}, {"resolved", "1000", []string{"--unit=systemd-resolved.service"}},
		{"kernel", "4000", []string{"--dmesg"}}, {"warnings", "4000", []string{"--priority=warning"}},
	} {
		args := append([]string{"--no-pager", "--quiet", "--output=short-iso", "--lines=" + j.lines}, j.which...)
		out = append(out, support.Command("journal/"+j.name+".txt", "journalctl", args...))
	}
	return out
}

// clusterSources ask the API server, and read from the disk what the pods of the platform logged.
func (a *Agent) clusterSources() []support.Source {
	out := []support.Source{
		support.Tail("kubernetes/kubeadm.log", kubeadm.LogFile),
		{Name: "kubernetes/pod-logs.txt", Read: func(context.Context) ([]byte, error) { return podLogs("/var/log/pods") }},
	}
	for _, name := range kubeadm.Inspections() {
		out = append(out, support.Source{Name: "kubernetes/" + name + ".txt", Read: func(ctx context.Context) ([]byte, error) { return a.engine.Inspect(ctx, name) }})
	}
	return out
}

// platform are the namespaces whose logs are the platform's own; what people run in the cluster is theirs.
var platform = []string{"kube-", "calico-", "tigera-", "local-path-storage"}

// maxPodLog is how much of one container's log is taken, in bytes.
const maxPodLog = 64 << 10

// podLogs are the ends of the containers' logs that the kubelet keeps as NAMESPACE_POD_UID/CONTAINER/N.log.
func podLogs(dir string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*", "*", "*.log"))
	var out bytes.Buffer
	for _, f := range files {
		rel, _ := filepath.Rel(dir, f)
		if !slices.ContainsFunc(platform, func(p string) bool { return strings.HasPrefix(rel, p) }) {
			continue
		}
		st, lerr := os.Lstat(f)
		if lerr != nil || !st.Mode().IsRegular() { // gone meanwhile, or a link to who knows what
			continue
		}
		b, rerr := support.ReadTail(f, maxPodLog)
		err = errors.Join(err, rerr)
		fmt.Fprintf(&out, "==> %s, %d bytes, %s\n%s\n", rel, st.Size(), st.ModTime().UTC().Format(time.RFC3339), b)
	}
	return out.Bytes(), err
}
