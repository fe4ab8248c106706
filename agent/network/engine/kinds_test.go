package engine

import (
	"cmp"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/network"
)

// needKind skips a test of links that this kernel cannot make; in the guest of tests/boot, which has Debian's kernel, it
// fails.
func needKind(t *testing.T, kind string, more ...string) {
	t.Helper()
	if what := missing(); what != "" {
		t.Skip("needs " + what)
	}
	out, err := exec.Command("ip", append([]string{"link", "add", "probe7", "type", kind}, more...)...).CombinedOutput()
	if err == nil {
		ip(t, "link", "del", "probe7")
		return
	}
	if os.Getenv("SLIPWAY_BOOT") == "require" {
		t.Fatalf("the kernel cannot make a %s: %s", kind, out)
	}
	t.Skipf("this machine's kernel cannot make a %s (make test-bed runs this with Debian's)", kind)
}

// TestVLAN carries the first, an ordinary and the last id (IEEE 802.1Q), each to a gateway that only answers frames with
// the tag. Feature 32 and Feature 62.
func TestVLAN(t *testing.T) {
	needKind(t, "bond") // a VLAN cannot be probed without a parent; kernels have both or none
	for _, id := range []int{1, 77, 4094} {
		t.Run(strconv.Itoa(id), func(t *testing.T) {
			tag := strconv.Itoa(id)
			r := newRealWith(t, "ip link set port0 up\nip link add link port0 name tagged type vlan id "+tag+
				"\nip addr add 192.0.2.1/24 dev tagged\nip link set tagged up", "eth7")
			a := start(t, r, &memory{})
			v := eth7(given, gateway)
			v.Name, v.VLAN = "vlan7", &network.VLAN{ID: id, Parent: "eth7"}
			keep(t, a, network.Change{Set: []network.Adapter{v, {Name: "eth7"}}})
			if text := details(t, "vlan7"); !strings.Contains(text, "vlan protocol 802.1Q id "+tag+" ") || !strings.Contains(text, "vlan7@eth7") {
				t.Errorf("the kernel has %s", text)
			}
			keep(t, a, network.Change{Remove: []string{"vlan7"}, Set: []network.Adapter{{Name: "eth7"}}})
			isGone(t, "vlan7")
		})
	}
}

// switched is a peer whose ports are those of one switch, with the gateway behind it.
const switched = `ip link add switch type bridge
ip link set port0 master switch up
ip link set port1 master switch up
ip addr add 192.0.2.1/24 dev switch
ip link set switch up`

// TestBondModes makes a bond of two members in each of the kernel's seven modes. Feature 63.
func TestBondModes(t *testing.T) {
	needKind(t, "bond")
	for i, mode := range network.BondModes {
		t.Run(mode, func(t *testing.T) {
			r := newRealWith(t, switched, "eth7", "eth8")
			a := start(t, r, &memory{})
			keep(t, a, bonded(mode, 50*i))
			if got, want := sysfs("bond7/bonding/mode"), mode+" "; !strings.HasPrefix(got+" ", want) {
				t.Errorf("the mode is %q", got)
			}
			if got, want := sysfs("bond7/bonding/miimon"), strconv.Itoa(cmp.Or(50*i, 100)); got != want {
				t.Errorf("the members are looked at every %s ms, not %s", got, want)
			}
			if got := sysfs("bond7/bonding/slaves"); !strings.Contains(got, "eth7") || !strings.Contains(got, "eth8") {
				t.Errorf("the members are %q", got)
			}
			keep(t, a, network.Change{Remove: []string{"bond7"}, Set: []network.Adapter{{Name: "eth7"}, {Name: "eth8"}}})
			isGone(t, "bond7")
		})
	}
}

// A bond outlives the loss of a member: that is what it is for.
func TestBondLosesAMember(t *testing.T) {
	needKind(t, "bond")
	r := newRealWith(t, switched, "eth7", "eth8")
	a := start(t, r, &memory{})
	keep(t, a, bonded("active-backup", 0))
	active := sysfs("bond7/bonding/active_slave")
	until(t, "the other member", func() bool {
		ip(t, "link", "set", active, "down") // again: networkd, which reads the confirmed files just now, lifts it once more
		return sysfs("bond7/bonding/active_slave") != active && exec.Command("ping", "-c1", "-W1", gateway).Run() == nil
	})
}

func bonded(mode string, millis int) network.Change {
	b := eth7(given, gateway)
	b.Name, b.Bond = "bond7", &network.Bond{Mode: mode, MonitorMillis: millis, Members: []string{"eth7", "eth8"}}
	return network.Change{Set: []network.Adapter{b, {Name: "eth7"}, {Name: "eth8"}}}
}

// TestMTU tries, takes back and keeps a size of frames. Feature 33.
func TestMTU(t *testing.T) {
	r := newReal(t)
	a := start(t, r, &memory{})
	eventually(t, r, leased)
	small := eth7(given, gateway)
	small.MTU = 1400
	try := propose(t, a, network.Change{Set: []network.Adapter{small}})
	until(t, "the size on trial", func() bool { return sysfs("eth7/mtu") == "1400" })
	if _, err := a.Cancel(t.Context(), try.ID); err != nil {
		t.Fatal(err)
	}
	eventually(t, r, leased)
	keep(t, a, network.Change{Set: []network.Adapter{small}})
	if got := sysfs("eth7/mtu"); got != "1400" {
		t.Errorf("frames of %s bytes", got)
	}
}

// TestVLANOverBond stacks what the field stacks: tagged frames on two cables.
func TestVLANOverBond(t *testing.T) {
	needKind(t, "bond")
	r := newRealWith(t, strings.Replace(switched, "ip addr add 192.0.2.1/24 dev switch",
		"ip link add link switch name tagged type vlan id 30\nip addr add 192.0.2.1/24 dev tagged", 1)+
		"\nip link set tagged up", "eth7", "eth8")
	a := start(t, r, &memory{})
	change := bonded("active-backup", 0)
	v := eth7(given, gateway)
	v.Name, v.VLAN = "vlan7", &network.VLAN{ID: 30, Parent: "bond7"}
	change.Set[0].Addresses, change.Set[0].Gateway = nil, netip.Addr{}
	change.Set = append(change.Set, v)
	keep(t, a, change)
}

// propose asks for a change until the engine takes it, and waits until it works.
func propose(t *testing.T, a *agent, c network.Change) network.Try {
	t.Helper()
	var try network.Try
	var err error
	for limit := time.Now().Add(30 * time.Second); ; wait(t) {
		if try, err = a.Propose(t.Context(), c, time.Minute); err == nil {
			return a.until(try.ID, network.AwaitingConfirm)
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
}

// keep makes a change that must pass.
func keep(t *testing.T, a *agent, c network.Change) {
	t.Helper()
	if _, err := a.Confirm(t.Context(), propose(t, a, c).ID, time.Now()); err != nil {
		t.Fatal(err)
	}
}

// details are what the kernel says of an adapter.
func details(t *testing.T, adapter string) string {
	t.Helper()
	out, err := exec.Command("ip", "-details", "link", "show", adapter).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %s", adapter, out)
	}
	return string(out)
}

func isGone(t *testing.T, adapter string) {
	t.Helper()
	until(t, adapter+" to go", func() bool {
		_, err := os.Stat("/sys/class/net/" + adapter)
		return os.IsNotExist(err)
	})
}

// sysfs reads a file of /sys/class/net, empty when it is not there.
func sysfs(name string) string {
	text, _ := os.ReadFile("/sys/class/net/" + name)
	return strings.TrimSpace(string(text))
}
