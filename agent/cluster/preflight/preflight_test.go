package preflight

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/cluster"
)

func put(t *testing.T, root, path, text string) {
	t.Helper()
	full := filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

type has map[string]bool

func (h has) Has(digest string) bool { return h[digest] }

func TestRead(t *testing.T) {
	root := t.TempDir()
	put(t, root, "/etc/machine-id", "0123456789abcdef\n")
	put(t, root, "/proc/meminfo", "MemTotal:        2048 kB\nMemFree: 1 kB\n")
	put(t, root, "/proc/swaps", "Filename Type Size Used Priority\n/dev/vdb partition 1 0 -2\n/dev/not-here partition 1 0 -2\n")
	put(t, root, "/proc/filesystems", "nodev\tproc\nnodev\toverlay\n")
	put(t, root, "/proc/sys/net/ipv4/ip_forward", "1\n")
	put(t, root, "/sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n")
	put(t, root, "/run/systemd/resolve/resolv.conf", "nameserver 127.0.0.53\nnameserver 10.0.0.1\nsearch lan\n")
	g := New(Options{Root: root, HostID: "h1", Version: "1", Content: has{"sha256:a": true}})
	req := cluster.CheckRequest{ID: "r1", Blobs: []cluster.BlobRef{{Digest: "sha256:a", SizeBytes: 1}, {Digest: "sha256:b", SizeBytes: 20}}}
	f := g.read(context.Background(), req)
	if f.MachineID != "0123456789abcdef" || f.MemoryBytes != 2<<20 || f.Swap || f.CgroupVersion != 2 ||
		!slices.Equal(f.CgroupControllers, []string{"cpu", "memory", "pids"}) || !slices.Equal(f.DNSServers, []string{"10.0.0.1"}) ||
		f.ContentMissing != 1 || f.ContentMissingBytes != 20 || !f.Kernel[cluster.KernelOverlay] || !f.Kernel[cluster.KernelIPForward] ||
		f.Kernel[cluster.KernelBrNetfilter] || len(f.Unmeasured) != 0 {
		t.Errorf("facts %+v", f)
	}
	if _, asked := f.DiskFreeBytes[cluster.DiskEtcd]; asked || f.DiskFreeBytes[cluster.DiskPool] <= 0 {
		t.Errorf("disks %v", f.DiskFreeBytes)
	}
	put(t, root, "/dev/vdb", "")
	if f := g.read(context.Background(), req); !f.Swap {
		t.Error("swap on a disk of this host was not seen")
	}
}

func TestReadSaysWhatItCouldNotMeasure(t *testing.T) {
	f := New(Options{Root: t.TempDir()}).read(context.Background(), cluster.CheckRequest{ID: "r", Blobs: []cluster.BlobRef{{Digest: "sha256:a"}}})
	for _, id := range []string{cluster.CheckUniqueMachineID, cluster.CheckMemory, cluster.CheckSwap, cluster.CheckCgroups, cluster.CheckContent} {
		if f.Unmeasured[id] == "" {
			t.Errorf("%s is not among %v", id, f.Unmeasured)
		}
	}
}

func TestCgroupsV1(t *testing.T) {
	root := t.TempDir()
	put(t, root, "/proc/self/mounts", "cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,nosuid,cpu,cpuacct 0 0\n"+
		"cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\ncgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0\n"+
		"cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n")
	v, c, err := New(Options{Root: root}).cgroups()
	if err != nil || v != 1 || !slices.Equal(c, []string{"cpu", "cpuacct", "memory"}) {
		t.Errorf("version %d, %v, %v", v, c, err)
	}
}

func TestDefaultRouteLinks(t *testing.T) {
	const table = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n" +
		"eth0\t00000000\t01004D0A\t0003\t0\t0\t1024\t00000000\t0\t0\t0\n" +
		"eth1\t004D0A00\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\nshort\n"
	if got := defaultRouteLinks(table); !slices.Equal(got, []string{"eth0"}) {
		t.Errorf("got %v", got)
	}
}

func TestSocketsOn(t *testing.T) {
	const table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" +
		"   0: 00000000:192B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 x 100\n" +
		"   1: 0100007F:192C 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 x 100\n"
	if got := socketsOn(table, 6443); !slices.Equal(got, []string{"4711"}) {
		t.Errorf("got %v", got)
	}
}

func TestRefusals(t *testing.T) {
	for name, req := range map[string]cluster.CheckRequest{
		"no id":           {},
		"many ports":      {ID: "r", Ports: make([]cluster.PortProbe, maxPorts+1)},
		"many peers":      {ID: "r", Peers: make([]cluster.PeerProbe, maxPeers+1)},
		"ports of a peer": {ID: "r", Peers: []cluster.PeerProbe{{Ports: make([]cluster.PortProbe, maxPorts+1)}}},
	} {
		if _, err := New(Options{Root: t.TempDir()}).Gather(context.Background(), req); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}

// The tests below run this binary in network namespaces of their own.

const driverEnv = "SLIPWAY_PREFLIGHT_DRIVER"

func TestMain(m *testing.M) {
	switch os.Getenv(driverEnv) {
	case "gather":
		if err := drive(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "hold": // a program that has nothing to do with the check, on the kubelet's port
		l, err := net.Listen("tcp", "10.9.8.2:10250")
		fmt.Println(err)
		_, _ = os.Stdin.Read(make([]byte, 1))
		_ = l.Close()
	case "":
		os.Exit(m.Run())
	}
}

func drive() error {
	var req cluster.CheckRequest
	if err := json.NewDecoder(os.Stdin).Decode(&req); err != nil {
		return err
	}
	f, err := New(Options{HostID: os.Getenv("HOST_ID"), Content: has{}}).Gather(context.Background(), req)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(f)
}

func run(t *testing.T, words ...string) {
	t.Helper()
	if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", strings.Join(words, " "), err, out)
	}
}

// twoHosts makes two network namespaces with a cable between them: a has 10.9.8.1, b has 10.9.8.2 and 10.9.8.3.
func twoHosts(t *testing.T) (a, b string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("network namespaces need root")
	}
	a, b = fmt.Sprintf("slpf%da", os.Getpid()), fmt.Sprintf("slpf%db", os.Getpid())
	for _, ns := range []string{a, b} {
		run(t, "ip", "netns", "add", ns)
		t.Cleanup(func() { run(t, "ip", "netns", "delete", ns) })
		run(t, "ip", "-n", ns, "link", "set", "lo", "up")
	}
	run(t, "ip", "-n", a, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", b)
	for ns, addresses := range map[string][]string{a: {"10.9.8.1/24"}, b: {"10.9.8.2/24", "10.9.8.3/24"}} {
		for _, addr := range addresses {
			run(t, "ip", "-n", ns, "addr", "add", addr, "dev", "eth0")
		}
		run(t, "ip", "-n", ns, "link", "set", "eth0", "up")
	}
	return a, b
}

// gather starts a host's measuring; the result comes when it is called.
func gather(t *testing.T, ns, hostID string, req cluster.CheckRequest) func() cluster.Facts {
	t.Helper()
	in, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("ip", "netns", "exec", ns, os.Args[0])
	cmd.Env = append(os.Environ(), driverEnv+"=gather", "HOST_ID="+hostID)
	var out, errOut bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &errOut
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() cluster.Facts {
		if err := cmd.Wait(); err != nil {
			t.Fatal(err, errOut.String())
		}
		var f cluster.Facts
		if err := json.Unmarshal(out.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		return f
	}
}

func holdKubeletPort(t *testing.T, ns string) {
	t.Helper()
	cmd := exec.Command("ip", "netns", "exec", ns, os.Args[0])
	cmd.Env = append(os.Environ(), driverEnv+"=hold")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal("the holder did not start: ", err)
	}
}

func TestTwoHosts(t *testing.T) {
	a, b := twoHosts(t)
	ports := cluster.Ports(cluster.RoleControlPlane)
	holdKubeletPort(t, b)
	request := func(peer, own, vip string) cluster.CheckRequest {
		return cluster.CheckRequest{ID: "run", Address: "10.9.8." + own, VIP: vip, Ports: ports,
			Peers: []cluster.PeerProbe{{HostID: "h" + peer, Name: "h" + peer, Address: "10.9.8." + peer, Ports: ports}}}
	}
	forA, forB := request("2", "1", "10.9.8.3"), request("1", "2", "10.9.8.77")
	forA.Endpoint, forB.Endpoint = "10.9.8.3:6443", "lb.invalid:6443" // an address that leads to b; no name that there is (RFC 6761)
	waitA, waitB := gather(t, a, "h1", forA), gather(t, b, "h2", forB)
	fa, fb := waitA(), waitB()
	if len(fa.PortsBusy) != 0 {
		t.Errorf("busy on a: %v", fa.PortsBusy)
	}
	if len(fb.PortsBusy) != 1 || !strings.HasPrefix(fb.PortsBusy["10250/tcp"], "preflight.test (process ") {
		t.Errorf("busy on b: %v", fb.PortsBusy)
	}
	for _, p := range ports {
		got, tried := fa.Reach["h2"][p.Key()]
		switch {
		case p.Local:
			if tried {
				t.Errorf("a dialed the local port %s", p.Key())
			}
		case p.Port == 10250:
			if got == "" {
				t.Error("a took a stranger on the kubelet's port for its peer")
			}
		case !tried || got != "":
			t.Errorf("a to b %s: %q, tried %v", p.Key(), got, tried)
		}
		if got, tried := fb.Reach["h1"][p.Key()]; !p.Local && (!tried || got != "") {
			t.Errorf("b to a %s: %q, tried %v", p.Key(), got, tried)
		}
	}
	if !fa.VIPProbed || fa.VIPAnswer != fb.Adapters[0].MAC {
		t.Errorf("a asked for an address of b: probed %v, answer %q; b is %+v", fa.VIPProbed, fa.VIPAnswer, fb.Adapters)
	}
	if !fb.VIPProbed || fb.VIPAnswer != "" {
		t.Errorf("b asked for a free address: probed %v, answer %q", fb.VIPProbed, fb.VIPAnswer)
	}
	if e := fa.Endpoint; e == nil || e.HostID != "h2" || e.Problem != "" {
		t.Errorf("a's load balancer leads to %+v", e)
	}
	if e := fb.Endpoint; e == nil || len(e.Addresses) != 0 || e.Problem == "" {
		t.Errorf("b's load balancer without a name is %+v", e)
	}
	if len(fa.Adapters) != 1 || fa.Adapters[0].Name != "eth0" || fa.Adapters[0].Prefixes[0] != "10.9.8.1/24" {
		t.Errorf("adapters of a: %+v", fa.Adapters)
	}
}

func TestPeerAway(t *testing.T) {
	a, _ := twoHosts(t)
	peer := cluster.PeerProbe{HostID: "h2", Address: "10.9.8.2", Ports: []cluster.PortProbe{{Port: 6443, Protocol: "tcp"}, {Port: 4789, Protocol: "udp"}}}
	gone := cluster.PeerProbe{HostID: "h3", Address: "10.9.8.200", Ports: peer.Ports[:1]}
	f := gather(t, a, "h1", cluster.CheckRequest{ID: "run", Address: "10.9.8.1", Peers: []cluster.PeerProbe{peer, gone}})()
	if got := f.Reach["h2"]; got["6443/tcp"] != "nothing answers there" || got["4789/udp"] == "" {
		t.Errorf("reach %v", got)
	}
	if got := f.Reach["h3"]["6443/tcp"]; got == "" {
		t.Error("a host that is not there was reached")
	}
}

func TestPlain(t *testing.T) {
	if got := plain(context.DeadlineExceeded).Error(); got != "no answer; a firewall may drop it" {
		t.Error(got)
	}
	if got := plain(errors.New("x")).Error(); got != "it fails: x" {
		t.Error(got)
	}
}
