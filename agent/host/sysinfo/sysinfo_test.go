package sysinfo

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/agent/host"
)

var update = flag.Bool("update", false, "write testdata/*.json anew")

func TestGoldenHost(t *testing.T) {
	facts, err := fake(t, kairos, kairosAddresses).Read()
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(facts, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden := "testdata/kairos.json"
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got)+"\n" != string(want) {
		t.Errorf("facts differ from %s:\n%s", golden, got)
	}
}

func TestEmptyMachineGivesEmptyListsAndErrors(t *testing.T) {
	r := fake(t, nil, nil)
	facts, err := r.Read()
	if err == nil || !strings.Contains(err.Error(), "adapters") || !strings.Contains(err.Error(), "disks") {
		t.Errorf("error %v", err)
	}
	raw, _ := json.Marshal(facts)
	if s := string(raw); !strings.Contains(s, `"adapters":[]`) || !strings.Contains(s, `"disks":[]`) {
		t.Errorf("facts %s", s)
	}
	r = fake(t, kairos, nil)
	r.addresses = func() (map[string][]netip.Prefix, error) { return nil, errors.New("no netlink") }
	if facts, err := r.Read(); err == nil || len(facts.Disks) == 0 {
		t.Errorf("disks must be there although adapters fail: %v, %v", facts.Disks, err)
	}
}

func TestOnlyDisks(t *testing.T) {
	r := fake(t, kairos, nil)
	r.OnlyDisks = []string{}
	if disks, err := r.Disks(); err != nil || len(disks) != 0 {
		t.Errorf("an empty list: %v, %v", disks, err)
	}
	dev := filepath.Join(r.Root, "dev")
	if err := os.Mkdir(dev, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mknod(filepath.Join(dev, "vdb"), unix.S_IFBLK|0o600, int(unix.Mkdev(7, 3))); err != nil {
		t.Skipf("no device nodes here: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dev, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	loop := filepath.Join(r.Root, "sys/dev/block/7:3")
	if err := os.MkdirAll(loop, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"size": "8192\n", "dev": "7:3\n"} {
		if err := os.WriteFile(filepath.Join(loop, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.OnlyDisks = []string{"/dev/vdb", "/dev/vdc", "/dev/file"}
	want := []host.Disk{{Path: "/dev/vdb", SizeBytes: 4 << 20, Role: host.RoleFree, Parts: []host.Part{}}}
	if disks, err := r.Disks(); err != nil || !reflect.DeepEqual(disks, want) {
		t.Errorf("disks %v, %v", disks, err)
	}
}

// Feature 57: which adapter is the default is said once, whatever the order of the kernel's table.
func TestDefaultWay(t *testing.T) {
	a, b := map[string]way{"eth0": {"10.0.0.1", 100}, "eth1": {"10.1.0.1", 50}, "eth2": {"10.2.0.1", 50}}, map[string]way{"eth9": {"fe80::1", 1}}
	for want, tables := range map[string][]map[string]way{"eth1": {a, b}, "eth9": {nil, b}, "": {nil, nil}} {
		if got := defaultWay(tables...); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Feature 56: a machine that started by BIOS has no variables of the firmware.
func TestSecureBoot(t *testing.T) {
	for value, want := range map[string]string{"": host.SecureBootAbsent, "\x06\x00\x00\x00\x00": host.SecureBootOff, "\x06\x00\x00\x00\x01": host.SecureBootOn, "\x01": host.SecureBootAbsent} {
		if got := fake(t, map[string]string{secureBootVariable: value}, nil).secureBoot(); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func TestCountList(t *testing.T) {
	for in, want := range map[string]int{"0": 1, "0-3": 4, "0-2,4": 4, "0,2,4-5": 4, "": 0, "x": 0, "3-1": 0, "0-x,1": 1} {
		if got := countList(in); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
}

// TestThisMachine runs on whatever machine the tests run on: what every Linux has must be there.
func TestThisMachine(t *testing.T) {
	f, err := New(Options{Root: "/", PoolDir: "/var/lib/slipway/pool"}).Read()
	if err != nil {
		t.Fatal(err)
	}
	name, _ := os.Hostname()
	if f.Name != name || f.CPUs < 1 || f.MemoryBytes < 1<<20 || f.OS == "" || f.Kernel == "" || f.UptimeSeconds < 1 {
		t.Errorf("facts %+v", f)
	}
	for _, a := range f.Adapters {
		if a.Name == "lo" || a.MTU < 68 || len(a.MAC) != 17 {
			t.Errorf("adapter %+v", a)
		}
	}
}

func FuzzTextFiles(f *testing.F) {
	for _, name := range []string{"proc/self/mountinfo", "proc/net/route", "proc/net/ipv6_route", "run/systemd/netif/links/7", "run/systemd/resolve/resolv.conf", "proc/meminfo"} {
		f.Add(kairos[name])
	}
	f.Add("0-9999999999999999999")
	f.Add(`1 2 3 4 \9\400\04 - a \134 b`)
	f.Fuzz(func(t *testing.T, text string) {
		raw := []byte(text)
		for _, m := range parseMounts(raw) {
			if m.Number == "" || m.Target == "" {
				t.Fatalf("mount %+v", m)
			}
		}
		for link, w := range parseRoutes(raw) {
			if ip, err := netip.ParseAddr(w.gateway); err != nil || !ip.Is4() || link == "" {
				t.Fatalf("gateway %q of %q", w.gateway, link)
			}
		}
		for link, w := range parseRoutes6(raw) {
			if ip, err := netip.ParseAddr(w.gateway); err != nil || !ip.Is6() || link == "" {
				t.Fatalf("gateway %q of %q", w.gateway, link)
			}
		}
		for _, ip := range parseResolv(raw) {
			if _, err := netip.ParseAddr(ip); err != nil {
				t.Fatal(err)
			}
		}
		if ip, ok := dnsAddress(text); ok {
			if _, err := netip.ParseAddr(ip); err != nil {
				t.Fatal(err)
			}
		}
		_ = fmt.Sprint(keyValues(raw), memTotal(raw), countList(text), sectors(text))
	})
}
