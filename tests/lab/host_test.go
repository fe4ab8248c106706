package lab

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func testAddress(ctx context.Context, t *testing.T, l *Lab) {
	for _, h := range l.Hosts() {
		if got := run(ctx, t, h, "ip", "-brief", "address", "show", "eth0"); !strings.Contains(got, h.Address().String()+"/24") {
			t.Errorf("%s has not the address of its lease: %s", h.Name(), got)
		}
		if got := run(ctx, t, h, "hostname"); got != h.Name() {
			t.Errorf("%s calls itself %q", h.Name(), got)
		}
	}
}

func testReach(ctx context.Context, t *testing.T, l *Lab) {
	for _, from := range l.Hosts() {
		for _, to := range l.Hosts() {
			eventually(ctx, t, from.Name()+" reaches "+to.Name(), func() bool { return pings(ctx, from, to.Address()) })
		}
	}
	if got := run(ctx, t, l.Host(1), "getent", "hosts", "h2.lab"); !strings.HasPrefix(got, l.Host(2).Address().String()) {
		t.Errorf("the lab's DNS says %q for h2.lab", got)
	}
}

func testFiles(ctx context.Context, t *testing.T, h *Host) {
	if got := run(ctx, t, h, "cat", "/etc/lab-file"); got != "hello" {
		t.Errorf("Options.Files: got %q", got)
	}
	if err := h.PutFile(ctx, []byte("secret"), "/var/lib/slipway/put", 0o600); err != nil {
		t.Fatal(err)
	}
	if got := run(ctx, t, h, "stat", "-c", "%a %s %U", "/var/lib/slipway/put"); got != "600 6 root" {
		t.Errorf("PutFile: got %q", got)
	}
	from := filepath.Join(t.TempDir(), "big")
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
	if err := os.WriteFile(from, data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := h.CopyIn(ctx, from, "/var/lib/slipway/big"); err != nil {
		t.Fatal(err)
	}
	back, err := h.Exec(ctx, "cat", "/var/lib/slipway/big")
	if err != nil || !bytes.Equal(back, data) {
		t.Errorf("CopyIn: %d bytes came back (%v), want %d", len(back), err, len(data))
	}
	if err := h.PutFile(ctx, nil, "relative", 0o644); err == nil {
		t.Error("PutFile took a relative path")
	}
}

// testPersistence cuts the power and looks at what the host remembers.
func testPersistence(ctx context.Context, t *testing.T, h *Host) {
	run(ctx, t, h, "sh", "-c", "echo kept >/var/lib/slipway/kept; echo gone >/etc/gone; echo gone >/var/gone")
	if _, err := h.Exec(ctx, "touch", "/usr/bin/new"); err == nil {
		t.Error("the root can be written; on an installed host it cannot")
	}
	id := run(ctx, t, h, "cat", "/etc/machine-id")
	key := run(ctx, t, h, "cat", "/etc/ssh/ssh_host_ed25519_key.pub")
	start := time.Now()
	if err := h.PowerCut(ctx); err != nil {
		t.Fatal(err)
	}
	if h.Running() {
		t.Fatal("still running after a power cut")
	}
	if err := h.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if err := h.WaitRunning(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("cut and running again after %s", time.Since(start))
	if got := run(ctx, t, h, "cat", "/var/lib/slipway/kept"); got != "kept" {
		t.Errorf("the persistent directory lost a file: %q", got)
	}
	if got := run(ctx, t, h, "sh", "-c", "ls /etc/gone /var/gone 2>/dev/null || true"); got != "" {
		t.Errorf("a reboot should forget %s", got)
	}
	if got := run(ctx, t, h, "cat", "/etc/machine-id"); got != id {
		t.Errorf("machine-id %s became %s", id, got)
	}
	if got := run(ctx, t, h, "cat", "/etc/ssh/ssh_host_ed25519_key.pub"); got != key {
		t.Error("the SSH host key changed")
	}
}

func testReboot(ctx context.Context, t *testing.T, h *Host) {
	before := run(ctx, t, h, "cat", "/proc/sys/kernel/random/boot_id")
	run(ctx, t, h, "ip", "link", "add", "left", "type", "bridge")
	if err := h.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	if after := run(ctx, t, h, "cat", "/proc/sys/kernel/random/boot_id"); after == before {
		t.Error("the boot id is the same after a reboot")
	}
	if got := run(ctx, t, h, "ip", "-brief", "link"); strings.Contains(got, "left") {
		t.Errorf("a link survived the reboot: %s", got)
	}
}

func testPoweroff(ctx context.Context, t *testing.T, h *Host) {
	start := time.Now()
	if err := h.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("powered off after %s", time.Since(start))
	if h.Running() {
		t.Error("still running")
	}
	if _, err := h.Exec(ctx, "true"); err == nil {
		t.Error("a host that is off ran a command")
	}
	if err := h.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if err := h.Start(ctx); err == nil {
		t.Error("started twice")
	}
	if err := h.WaitRunning(ctx); err != nil {
		t.Fatal(err)
	}
}

func testPartition(ctx context.Context, t *testing.T, l *Lab) {
	h, other := l.Host(3), l.Host(1)
	eventually(ctx, t, "h3 is reached", func() bool { return pings(ctx, other, h.Address()) })
	if err := h.Partition(ctx, true); err != nil {
		t.Fatal(err)
	}
	if pings(ctx, other, h.Address()) {
		t.Error("a host without cable answers")
	}
	if got := run(ctx, t, h, "cat", "/sys/class/net/eth0/carrier"); got != "0" {
		t.Errorf("carrier is %s", got)
	}
	if err := h.Partition(ctx, false); err != nil {
		t.Fatal(err)
	}
	eventually(ctx, t, "the cable is back", func() bool { return pings(ctx, other, h.Address()) })
}

func testSlow(ctx context.Context, t *testing.T, h *Host) {
	if err := h.Slow(ctx, 8_000_000, 0); err != nil {
		t.Fatal(err)
	}
	if err := h.Slow(ctx, 0, 0); err != nil {
		t.Fatal(err)
	}
	if err := h.Slow(ctx, 0, 10*time.Millisecond); err != nil && !strings.Contains(err.Error(), "netem") {
		t.Errorf("an error that does not say what is missing: %v", err)
	}
	_ = h.lab.inNetns(ctx, "tc", "qdisc", "del", "dev", h.link(), "root") // where there is netem
}

func testDisk(ctx context.Context, t *testing.T, h *Host) {
	if err := h.AddDisk(ctx, "/dev/vdb", 8<<30); err != nil {
		t.Fatal(err)
	}
	run(ctx, t, h, "mkfs.ext4", "-q", "/dev/vdb")
	run(ctx, t, h, "mount", "/dev/vdb", "/mnt")
	run(ctx, t, h, "sh", "-c", "echo kept >/mnt/file")
	if err := h.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	run(ctx, t, h, "mount", "/dev/vdb", "/mnt")
	if got := run(ctx, t, h, "cat", "/mnt/file"); got != "kept" {
		t.Errorf("the disk says %q after a reboot", got)
	}
}

// testFilesOfHost puts a file on the hosts, and a console that answers what is typed
// where the hosts' real one runs.
func testFilesOfHost(t *testing.T) map[string]string {
	files, err := ConsoleFiles()
	if err != nil {
		t.Fatal(err)
	}
	const program = "/usr/bin/slipway tui"
	for name, text := range files {
		if !strings.Contains(text, program) {
			t.Fatalf("%s does not run %s:\n%s", name, program, text)
		}
		files[name] = strings.ReplaceAll(text, program, "/usr/bin/test-console")
	}
	files["/usr/bin/test-console"] = "#!/bin/sh\necho ready\nwhile read -r line; do echo \"got: $line\"; done\n"
	files["/etc/lab-file"] = "hello\n"
	return files
}

func testConsole(ctx context.Context, t *testing.T, h *Host) {
	shows := func(text string) func() bool {
		return func() bool {
			screen, err := h.Screen(ctx)
			return err == nil && strings.Contains(screen, text)
		}
	}
	eventually(ctx, t, "the console is ready", shows("ready"))
	if err := h.Keys(ctx, "two words", "Enter"); err != nil {
		t.Fatal(err)
	}
	eventually(ctx, t, "the console answers", shows("got: two words"))
	if err := h.Blank(ctx); err != nil {
		t.Fatal(err)
	}
	if screen, err := h.Screen(ctx); err != nil || strings.TrimSpace(screen) != "" {
		t.Errorf("a console made blank shows %q (%v)", screen, err)
	}
	if text, err := os.ReadFile(h.Console()); err != nil || !strings.Contains(string(text), "got: two words") {
		t.Errorf("the console's log lacks the answer (%v)", err)
	}
}

// testForeign checks the image's network settings: what kube-vip and Calico set
// stays when the settings of the adapter are read again, and pods' links are not touched.
func testForeign(ctx context.Context, t *testing.T, h *Host) {
	run(ctx, t, h, "sh", "-euc", `
ip address add 10.77.0.200/32 dev eth0
ip route add 192.168.99.0/24 via 10.77.0.13 proto 80
ip rule add from 192.0.2.1 lookup 50 priority 5000
ip link add cali0 type veth peer name pod0
ip address add 192.168.98.1/32 dev cali0
ip link set cali0 up
mkdir -p /run/systemd/network
cp /usr/lib/systemd/network/70-slipway-default.network /run/systemd/network/50-changed.network
printf '\n[Network]\nDNS=10.77.0.1\n' >>/run/systemd/network/50-changed.network
networkctl reload`)
	eventually(ctx, t, "the new settings apply", func() bool {
		return strings.Contains(run(ctx, t, h, "networkctl", "status", "eth0"), "50-changed.network") &&
			strings.Contains(run(ctx, t, h, "ip", "address", "show", "eth0"), h.Address().String()+"/24")
	})
	for command, want := range map[string]string{
		"ip address show eth0":  "10.77.0.200/32",
		"ip route show":         "192.168.99.0/24 via 10.77.0.13",
		"ip rule show":          "192.0.2.1",
		"ip address show cali0": "192.168.98.1/32",
		"networkctl list cali0": "unmanaged",
	} {
		if got := run(ctx, t, h, "sh", "-c", command); !strings.Contains(got, want) {
			t.Errorf("%s: %s is gone:\n%s", command, want, got)
		}
	}
	run(ctx, t, h, "ip", "link", "del", "cali0")
}

// testForward talks through both ways into the lab to a server on a host.
func testForward(ctx context.Context, t *testing.T, l *Lab) {
	h := l.Host(2)
	run(ctx, t, h, "systemctl", "stop", "slipway-agent.service") // which has the port, where the tree has an agent
	run(ctx, t, h, "systemd-run", "--unit=lab-server", "socat", "TCP-LISTEN:5080,fork,reuseaddr", "EXEC:hostname")
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- l.Forward(ctx) }()
	ways := map[string]func() (net.Conn, error){
		"DialContext": func() (net.Conn, error) {
			return l.DialContext(ctx, "tcp", fmt.Sprintf("%s:%d", h.Address(), uiPort))
		},
		"Forward": func() (net.Conn, error) { return net.Dial("tcp", h.Outside()) },
	}
	for name, dial := range ways {
		eventually(ctx, t, name+" reaches h2", func() bool {
			if len(done) > 0 {
				t.Fatalf("Forward ended: %v", <-done)
			}
			conn, err := dial()
			if err != nil {
				return false
			}
			defer conn.Close()
			text, _ := io.ReadAll(conn)
			return string(text) == "h2\n"
		})
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Forward: %v", err)
	}
}

// testKernel checks what Kubernetes needs and what must stay this machine's own.
func testKernel(ctx context.Context, t *testing.T, l *Lab) {
	for _, h := range l.Hosts() {
		if got := run(ctx, t, h, "sh", "-c", "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/panic | tr '\n' ' '"); got != "1 10" {
			t.Errorf("%s: ip_forward and panic are %q", h.Name(), got)
		}
		run(ctx, t, h, "sh", "-c", "echo 11 >/proc/sys/kernel/panic; findmnt -no PROPAGATION / | grep -q shared")
		run(ctx, t, h, "ctr", "version")
		if got := run(ctx, t, h, "sh", "-c", "ls /sys/class/net | tr '\n' ' '"); got != "eth0 lo" {
			t.Errorf("%s sees the links %q", h.Name(), got)
		}
		group := run(ctx, t, h, "cat", "/proc/1/cgroup")
		if strings.Contains(group, "slipway-lab") {
			t.Errorf("%s sees its place in this machine's cgroups: %s", h.Name(), group)
		}
	}
}

// testContainer runs one as the kubelet has it done: by containerd and runc, in a
// cgroup that systemd makes.
func testContainer(ctx context.Context, t *testing.T, h *Host) {
	const script = `set -eu
root=/var/lib/containerd/try
mkdir -p $root/usr $root/proc $root/sys $root/dev $root/run $root/tmp $root/etc
ln -s usr/bin usr/lib usr/lib64 $root
mount --bind /usr $root/usr
ctr run --rm --runc-systemd-cgroup --cgroup system.slice:lab:try --memory-limit 50000000 --rootfs $root try /usr/bin/cat /proc/self/cgroup`
	if got := run(ctx, t, h, "sh", "-c", script); !strings.Contains(got, "lab-try.scope") {
		t.Errorf("the container's cgroup is %q", got)
	}
}

func testOpen(ctx context.Context, t *testing.T, l *Lab) {
	again, err := Open(l.Name())
	if err != nil {
		t.Fatal(err)
	}
	if got := run(ctx, t, again.Host(3), "hostname"); got != "h3" {
		t.Errorf("the opened lab's third host is %q", got)
	}
	if _, err := Open("no-such-lab"); err == nil || !strings.Contains(err.Error(), "no lab") {
		t.Errorf("Open of a lab that is not there: %v", err)
	}
}
