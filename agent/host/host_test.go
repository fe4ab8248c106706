package host

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func TestPreferred(t *testing.T) {
	list := []Adapter{{Name: "eth0"}, {Name: "eth1", Gateway6: "fe80::1"}, {Name: "eth2", Gateway: "10.0.0.1"}, {Name: "eth3"}}
	for management, want := range map[string]string{"": "eth2 eth1 eth0 eth3", "eth3": "eth3 eth2 eth1 eth0", "eth1": "eth1 eth2 eth0 eth3", "gone": "eth2 eth1 eth0 eth3"} {
		got := ""
		for _, a := range Preferred(list, management) {
			got += " " + a.Name
		}
		if got[1:] != want {
			t.Errorf("management %q: %s, want %s", management, got, want)
		}
	}
	if list[0].Name != "eth0" {
		t.Error("the caller's list was changed")
	}
}

func TestIsAdapter(t *testing.T) {
	for _, name := range []string{"eth0", "enp3s0", "host0", "eth0.100", "bond0", "br0", "ens192", "wlan0", "usb0", "vlan100", "br-lan"} {
		if !IsAdapter(name, false) {
			t.Errorf("%s is an adapter", name)
		}
	}
	for _, name := range []string{"lo", "cali1234567890a", "veth12", "vxlan.calico", "docker0", "br-0123456789ab", "cni0", "flannel.1",
		"cilium_host", "lxc1", "kube-ipvs0", "tunl0", "ifb0", "dummy0", "ip6tnl0", "nodelocaldns"} {
		if IsAdapter(name, false) {
			t.Errorf("%s is no adapter", name)
		}
		if !IsAdapter(name, true) {
			t.Errorf("%s is an adapter when a device is behind it", name)
		}
	}
}

func adapters(prefixes ...string) []Adapter {
	a := Adapter{Name: "eth0", Carrier: true}
	for _, p := range prefixes {
		a.Addresses = append(a.Addresses, netip.MustParsePrefix(p))
	}
	return []Adapter{a}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"10.0.0.5/24", "10.0.0.5"},
		{"2001:db8::5/64 10.0.0.5/24", "10.0.0.5 2001:db8::5"},
		{"10.0.0.5/24 10.0.0.100/32", "10.0.0.5"}, // the VIP is not the host's own
		{"10.128.0.2/32", "10.128.0.2"},           // clouds give these
		{"2001:db8::7/128", "2001:db8::7"},        // DHCPv6 gives these
		{"fe80::1/64 169.254.3.4/16", ""},
	} {
		got := Addresses(adapters(strings.Fields(c.in)...))
		if got == nil || strings.Join(got, " ") != c.want {
			t.Errorf("%q gave %v", c.in, got)
		}
	}
}

func TestStatus(t *testing.T) {
	if StatusOf("") != Ready || StatusOf("prod") != InUse {
		t.Error("status")
	}
}

func TestDiskRoles(t *testing.T) {
	disk := func(parts ...Part) Block {
		return Block{Disk: Disk{Path: "/dev/vda"}, Parts: append([]Part{{Path: "/dev/vda", Number: "254:0"}}, parts...)}
	}
	one := Part{Path: "/dev/vda1", Number: "254:1"}
	whole := disk()
	whole.Parts[0].Type = "ext4"
	labelled := disk()
	labelled.Parts[0].Type, labelled.Parts[0].Label = "xfs", PoolLabel
	for name, c := range map[string]struct {
		block  Block
		mounts []Mount
		want   string
	}{
		"empty":                    {disk(), nil, RoleFree},
		"another disk's mounts":    {disk(), []Mount{{"254:16", "/dev/vdb", "/"}}, RoleFree},
		"partition, not mounted":   {disk(one), nil, RoleUsed},
		"file system, not mounted": {whole, nil, RoleUsed},
		"root":                     {disk(one), []Mount{{"254:1", "/dev/vda1", "/"}}, RoleSystem},
		"Kairos, passive disk":     {disk(Part{Path: "/dev/vda2", Number: "254:2", Label: "COS_STATE"}), nil, RoleSystem},
		"Kairos oem":               {disk(one), []Mount{{"254:1", "/dev/vda1", "/oem"}}, RoleSystem},
		"btrfs by its source":      {disk(one), []Mount{{"0:41", "/dev/vda1", "/var/lib"}}, RoleSystem},
		"pool":                     {disk(), []Mount{{"254:0", "/dev/vda", "/p"}}, RolePool},
		"pool's bind mount":        {disk(), []Mount{{"254:0", "/dev/vda", "/p/blobs"}}, RolePool},
		"pool, not mounted":        {labelled, nil, RolePool},
		"pool and system":          {disk(one), []Mount{{"254:1", "x", "/p"}, {"254:1", "x", "/usr/local"}}, RoleSystem},
		"mounted elsewhere":        {disk(), []Mount{{"254:0", "/dev/vda", "/mnt/data"}}, RoleUsed},
		"not below the pool":       {disk(), []Mount{{"254:0", "/dev/vda", "/pp"}}, RoleUsed},
		"not a system path":        {disk(), []Mount{{"254:0", "/dev/vda", "/variety"}}, RoleUsed},
	} {
		if got := Roles([]Block{c.block}, c.mounts, "/p"); got[0].Role != c.want {
			t.Errorf("%s: %s, want %s", name, got[0].Role, c.want)
		}
	}
}

func TestWarnings(t *testing.T) {
	good := Facts{CPUs: 2, MemoryBytes: 2<<30 - 100<<20, Adapters: adapters("10.0.0.5/24"), Disks: []Disk{{Role: RoleSystem}, {Role: RoleFree}}}
	if got := Warnings(good); len(got) != 0 {
		t.Errorf("a good host: %v", got)
	}
	for want, change := range map[string]func(*Facts){
		"cpus":     func(f *Facts) { f.CPUs = 1 },
		"memory":   func(f *Facts) { f.MemoryBytes = 1 << 30 },
		"adapters": func(f *Facts) { f.Adapters = nil },
		"address":  func(f *Facts) { f.Adapters = adapters() },
		"carrier":  func(f *Facts) { f.Adapters = slices.Clone(f.Adapters); f.Adapters[0].Carrier = false },
		"pool":     func(f *Facts) { f.Disks = f.Disks[:1] },
	} {
		f := good
		change(&f)
		if got := Warnings(f); len(got) != 1 || got[0].ID != want || got[0].Fix == "" {
			t.Errorf("%s: %v", want, got)
		}
	}
}
