package preset

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/network"
)

var now = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)

func TestFromCloudConfig(t *testing.T) {
	p, err := FromCloudConfig([]byte(`#cloud-config
stages: {boot: []}
slipway:
  hostname: dock1
  ntp: [10.0.0.1]
  proxy: {http: "http://proxy:3128", noProxy: [.example.com]}
  network:
    - {mac: "52:54:00:AA:BB:CC", addresses: [10.0.0.7/24], gateway: 10.0.0.1, dns: [10.0.0.2]}
    - {name: "*", search: [example.com]}
`), now)
	want := Preset{Hostname: "dock1", NTP: []string{"10.0.0.1"}, Proxy: Proxy{HTTP: "http://proxy:3128", NoProxy: []string{".example.com"}},
		Network: []Adapter{{MAC: "52:54:00:AA:BB:CC", Addresses: []string{"10.0.0.7/24"}, Gateway: "10.0.0.1", DNS: []string{"10.0.0.2"}},
			{Name: "*", Search: []string{"example.com"}}}}
	if err != nil || !reflect.DeepEqual(p, want) {
		t.Errorf("got %+v, %v", p, err)
	}
	if p, err := FromCloudConfig([]byte("#cloud-config\nhostname: a\n"), now); err != nil || !reflect.DeepEqual(p, Preset{}) {
		t.Errorf("without the key: %+v, %v", p, err)
	}
	for text, want := range map[string]string{
		"slipway: {nettwork: []}":                            "nettwork",
		"slipway: {user: {name: ann, passwordHash: secret}}": "slipway.user.passwordHash",
		"slipway: {user: {name: Ann}}":                       "slipway.user.name",
		"slipway: {ntp: ['a b']}":                            "slipway.ntp",
		"slipway: {hostname: -}":                             "slipway.hostname",
		"slipway: {tags: {-: x}}":                            "slipway.tags",
		"slipway: {proxy: {http: 'ftp://a'}}":                "slipway.proxy.http",
	} {
		if _, err := FromCloudConfig([]byte(text), now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func TestCheckNetwork(t *testing.T) {
	no := false
	for name, test := range map[string]struct {
		entries []Adapter
		want    string // the path, empty for none
	}{
		"dhcp with DNS":   {[]Adapter{{Name: "*", DNS: []string{"10.0.0.1"}}}, ""},
		"same by MAC":     {[]Adapter{{MAC: "52:54:00:00:00:01", Addresses: []string{"10.0.0.1/24"}, Gateway: "10.0.0.254"}, {MAC: "52:54:00:00:00:02", Addresses: []string{"10.0.0.2/24"}, Gateway: "10.0.0.254"}}, ""},
		"VLAN":            {[]Adapter{{Name: "eth0", DHCP: &no}, {Name: "eth0.5", VLAN: &VLAN{5, "eth0"}}}, ""},
		"VLAN on nothing": {[]Adapter{{Name: "eth0.5", VLAN: &VLAN{5, "eth0"}}}, "network.0.vlan"},
		"no prefix":       {[]Adapter{{Name: "eth0", Addresses: []string{"10.0.0.1"}}}, "network.0.addresses"},
		"gateway":         {[]Adapter{{Name: "*"}, {Name: "eth0", Addresses: []string{"10.0.0.1/24"}, Gateway: "router"}}, "network.1.gateway"},
		"far gateway":     {[]Adapter{{Name: "eth0", Addresses: []string{"10.0.0.1/24"}, Gateway: "10.9.0.1"}}, "network.0.gateway"},
		"name and MAC":    {[]Adapter{{Name: "eth0", MAC: "52:54:00:00:00:01"}}, "network.0.name"},
		"neither":         {[]Adapter{{}}, "network.0.name"},
		"MAC":             {[]Adapter{{MAC: "52-54"}}, "network.0.mac"},
		"twice":           {[]Adapter{{Name: "eth0"}, {Name: "eth0"}}, "network.1.name"},
		"too many":        {make([]Adapter, 257), "network"},
	} {
		got := ""
		if problems := (Preset{Network: test.entries}).Check(now); len(problems) > 0 {
			got = strings.Join(problems[0].Path, ".")
		}
		if got != test.want {
			t.Errorf("%s: got a problem with %q, want %q", name, got, test.want)
		}
	}
}

// Feature 6. One medium holds the addresses of several machines; each takes its own.
func TestNetworkChange(t *testing.T) {
	observed := []network.Observed{{Name: "lo"}, {Name: "ens1", MAC: "52:54:00:00:00:01", PermanentMAC: "52:54:00:00:00:01"}, {Name: "ens2", MAC: "52:54:00:00:00:02"}, {Name: "virbr0", Kind: "bridge"}}
	preset := []Adapter{
		{Name: "*", Search: []string{"example.com"}},
		{MAC: "52:54:00:00:00:01", Addresses: []string{"10.0.0.1/24"}},
		{MAC: "52:54:00:00:00:99", Addresses: []string{"10.0.0.9/24"}},
		{Name: "v5", VLAN: &VLAN{5, "ens1"}},
	}
	change, skipped, err := NetworkChange(preset, observed)
	want := []network.Adapter{
		{Name: "ens1", Match: network.Match{PermanentMAC: "52:54:00:00:00:01"}, Addresses: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/24")}},
		{Name: "v5", DHCP: true, VLAN: &network.VLAN{ID: 5, Parent: "ens1"}},
		{Name: "ens2", Match: network.Match{MAC: "52:54:00:00:00:02"}, DHCP: true, Search: []string{"example.com"}},
	}
	if err != nil || !reflect.DeepEqual(change.Set, want) || !slices.Equal(skipped, []string{"52:54:00:00:00:99"}) {
		t.Errorf("got %+v, skipped %v, %v", change.Set, skipped, err)
	}
}

func FuzzFromCloudConfig(f *testing.F) {
	f.Add([]byte("slipway:\n  network: [{name: eth0, addresses: [10.0.0.1/24]}]\n  ntp: [a]\n"))
	observed := []network.Observed{{Name: "eth0", MAC: "52:54:00:00:00:01"}}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := FromCloudConfig(data, now)
		if err != nil {
			return
		}
		// What was checked at the build can be applied on the host.
		if _, _, err := NetworkChange(p.Network, observed); err != nil {
			t.Error(err)
		}
	})
}
