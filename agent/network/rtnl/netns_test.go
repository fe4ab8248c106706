package rtnl

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/net/dns/dnsmessage"
)

const role = "SLIPWAY_TEST_ROLE"

// TestMain runs the tests again in a network namespace of their own, so that they may make adapters. The peer is
// another process in another namespace: the other machine on the cable.
func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "peer":
		if err := peer(); err != nil {
			fmt.Fprintln(os.Stderr, "peer:", err)
			os.Exit(1)
		}
	case "inside":
		os.Exit(m.Run())
	default:
		if os.Geteuid() != 0 {
			os.Exit(m.Run()) // each test that needs it says so
		}
		os.Exit(again())
	}
}

func again() int {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), role+"=inside")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if err := cmd.Run(); err != nil {
		return 1
	}
	return 0
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Getenv(role) != "inside" {
		t.Skip("needs root, to make a network namespace")
	}
}

// machine is the other end of a cable.
type machine struct {
	adapter string // of the test
	mac     string // of the other machine
}

// connect lays a cable from an adapter of the test to a machine with the given addresses, which answers DNS.
func connect(t *testing.T, adapter string, addresses ...string) machine {
	t.Helper()
	needRoot(t)
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), role+"=peer", "ADDRESSES="+strings.Join(addresses, " "))
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close() // the peer ends by it
		_ = cmd.Wait()
		if l, err := netlink.LinkByName(adapter); err == nil {
			_ = netlink.LinkDel(l)
		}
	})
	must(t, netlink.LinkAdd(&netlink.Veth{
		LinkAttrs: netlink.LinkAttrs{Name: adapter}, PeerName: "port0", PeerNamespace: netlink.NsPid(cmd.Process.Pid),
	}))
	l, err := netlink.LinkByName(adapter)
	must(t, err)
	must(t, netlink.LinkSetUp(l))
	_, err = io.WriteString(in, "go\n")
	must(t, err)
	mac, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	return machine{adapter, strings.TrimSpace(mac)}
}

// peer is the other machine: it takes port0, says its MAC and answers DNS until its input ends.
func peer() error {
	in := bufio.NewReader(os.Stdin)
	if _, err := in.ReadString('\n'); err != nil {
		return err
	}
	l, err := netlink.LinkByName("port0")
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(l); err != nil {
		return err
	}
	for a := range strings.FieldsSeq(os.Getenv("ADDRESSES")) {
		addr, err := netlink.ParseAddr(a)
		if err != nil {
			return err
		}
		addr.Flags = syscall.IFA_F_NODAD
		if err := netlink.AddrAdd(l, addr); err != nil {
			return err
		}
	}
	go serveDNS()
	fmt.Println(l.Attrs().HardwareAddr)
	_, err = io.Copy(io.Discard, in)
	return err
}

// serveDNS refuses every question, as a server that knows nothing does.
func serveDNS() {
	conn, err := net.ListenPacket("udp", ":53")
	if err != nil {
		panic(err)
	}
	b := make([]byte, 512)
	for {
		n, from, err := conn.ReadFrom(b)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(b[:n]) == nil {
			m.Response, m.RCode = true, dnsmessage.RCodeRefused
			if raw, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(raw, from)
			}
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// assign puts an address on an adapter of the test, without waiting for duplicates.
func assign(t *testing.T, adapter string, addresses ...string) netlink.Link {
	t.Helper()
	l, err := netlink.LinkByName(adapter)
	must(t, err)
	for _, a := range addresses {
		addr, err := netlink.ParseAddr(a)
		must(t, err)
		addr.Flags = syscall.IFA_F_NODAD
		must(t, netlink.AddrAdd(l, addr))
	}
	return l
}

// lease puts an address with a lifetime on an adapter, as a DHCP client does.
func lease(t *testing.T, adapter, address string) {
	t.Helper()
	l, err := netlink.LinkByName(adapter)
	must(t, err)
	addr, err := netlink.ParseAddr(address)
	must(t, err)
	addr.ValidLft, addr.PreferedLft = int(time.Hour/time.Second), int(time.Hour/time.Second)
	must(t, netlink.AddrAdd(l, addr))
}
