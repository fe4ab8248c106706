package main

import (
	"errors"
	"reflect"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
)

// What is typed becomes one adapter as a whole.
func TestNetworkSetFlags(t *testing.T) {
	for name, c := range map[string]struct {
		flags setFlags
		want  api.AdapterSettings
	}{
		"dhcp":   {setFlags{adapter: api.AdapterSettings{Dhcp: true}}, api.AdapterSettings{Name: "x", Dhcp: true}},
		"static": {setFlags{addresses: []string{"10.0.0.5/24"}, ipv6: "off"}, api.AdapterSettings{Name: "x", Addresses: []string{"10.0.0.5/24"}, Ipv6: "off"}},
		"vlan":   {setFlags{none: true, vlan: 7}, api.AdapterSettings{Name: "x.7", Vlan: api.VLAN{Id: 7, Parent: "x"}}},
		"bond": {setFlags{adapter: api.AdapterSettings{Dhcp: true}, bond: api.Bond{Mode: "802.3ad", MonitorMillis: 50}, members: []string{"a", "b"}},
			api.AdapterSettings{Name: "x", Dhcp: true, Bond: api.Bond{Mode: "802.3ad", MonitorMillis: 50, Members: []string{"a", "b"}}}},
		"bridge": {setFlags{none: true, bridge: true, stp: true, members: []string{"a"}}, api.AdapterSettings{Name: "x", Bridge: api.Bridge{Stp: true, Members: []string{"a"}}}},
	} {
		got, err := c.flags.change("x")
		if err != nil || len(got.Set) != 1 || !reflect.DeepEqual(got.Set[0], c.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, f := range map[string]setFlags{
		"nothing":             {},
		"two":                 {none: true, addresses: []string{"10.0.0.5/24"}},
		"members of nothing":  {none: true, members: []string{"a"}},
		"dhcp and no address": {none: true, adapter: api.AdapterSettings{Dhcp: true}},
	} {
		usage := new(usageError)
		if _, err := f.change("x"); !errors.As(err, &usage) {
			t.Errorf("%s is taken: %v", name, err)
		}
	}
}
