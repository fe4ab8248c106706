package preset

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/network"
)

// Every stands for each wired adapter that no other entry names.
const Every = "*"

// Adapter presets one adapter. It is named by Name, as the kernel calls it, by MAC, or is Every. An entry for an adapter
// that a machine does not have is passed over there, so that one medium can hold the addresses of many machines by MAC.
type Adapter struct {
	Name string `yaml:"name,omitempty"`
	MAC  string `yaml:"mac,omitempty"`
	// DHCP is on unless there are Addresses, or it is said.
	DHCP      *bool    `yaml:"dhcp,omitempty"`
	Addresses []string `yaml:"addresses,omitempty"` // with prefix length
	Gateway   string   `yaml:"gateway,omitempty"`
	Gateway6  string   `yaml:"gateway6,omitempty"`
	DNS       []string `yaml:"dns,omitempty"`
	Search    []string `yaml:"search,omitempty"`
	MTU       int      `yaml:"mtu,omitempty"`
	VLAN      *VLAN    `yaml:"vlan,omitempty"`
	Bond      *Bond    `yaml:"bond,omitempty"`
	Bridge    *Bridge  `yaml:"bridge,omitempty"`
}

// VLAN makes the adapter a VLAN on its parent.
type VLAN struct {
	ID     int    `yaml:"id"`
	Parent string `yaml:"parent"`
}

// Bond makes the adapter a bond of its members.
type Bond struct {
	Mode    string   `yaml:"mode"`
	Members []string `yaml:"members"`
}

// Bridge makes the adapter a bridge over its members.
type Bridge struct {
	STP     bool     `yaml:"stp"`
	Members []string `yaml:"members"`
}

// settings reads the addresses; the error names the field.
func (a Adapter) settings() (network.Adapter, *network.Problem) {
	out := network.Adapter{Name: a.Name, DHCP: len(a.Addresses) == 0, Search: a.Search, MTU: a.MTU}
	if a.DHCP != nil {
		out.DHCP = *a.DHCP
	}
	for _, text := range a.Addresses {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return out, &network.Problem{Field: "addresses", Message: fmt.Sprintf("%.60q is not an address with its prefix length, such as 192.168.1.10/24", text)}
		}
		out.Addresses = append(out.Addresses, p)
	}
	var bad *network.Problem
	address := func(field, text string) netip.Addr {
		ip, err := netip.ParseAddr(text)
		if err != nil && text != "" {
			bad = &network.Problem{Field: field, Message: fmt.Sprintf("%.60q is not an IP address", text)}
		}
		return ip
	}
	out.Gateway, out.Gateway6 = address("gateway", a.Gateway), address("gateway6", a.Gateway6)
	for _, text := range a.DNS {
		out.DNS = append(out.DNS, address("dns", text))
	}
	if a.VLAN != nil {
		out.VLAN = &network.VLAN{ID: a.VLAN.ID, Parent: a.VLAN.Parent}
	}
	if a.Bond != nil {
		out.Bond = &network.Bond{Mode: a.Bond.Mode, Members: a.Bond.Members}
	}
	if a.Bridge != nil {
		out.Bridge = &network.Bridge{STP: a.Bridge.STP, Members: a.Bridge.Members}
	}
	return out, bad
}

// NetworkChange is the preset of a machine with the adapters observed. skipped names entries that it has no adapter for.
func NetworkChange(preset []Adapter, observed []network.Observed) (change network.Change, skipped []string, err error) {
	taken := func(name string) bool {
		return slices.ContainsFunc(change.Set, func(a network.Adapter) bool { return a.Name == name })
	}
	ordered := slices.Clone(preset) // Every comes last: it takes what the others leave
	slices.SortStableFunc(ordered, func(a, b Adapter) int { return rank(a) - rank(b) })
	for _, entry := range ordered {
		a, problem := entry.settings()
		if problem != nil {
			return network.Change{}, nil, errors.New(problem.Message)
		}
		names := []string{a.Name}
		if !a.Virtual() {
			names = hardware(entry, observed)
		}
		if len(names) == 0 {
			skipped = append(skipped, entry.Name+entry.MAC)
		}
		for _, name := range names {
			if !taken(name) {
				a.Name = name
				change.Set = append(change.Set, a)
			}
		}
	}
	change, err = change.Resolve(network.Settings{}, observed)
	return change, skipped, err
}

func rank(a Adapter) int {
	if a.Name == Every {
		return 1
	}
	return 0
}

// hardware are the names of the adapters that an entry means on this machine.
func hardware(entry Adapter, observed []network.Observed) (names []string) {
	for _, o := range observed {
		wired := (o.Kind == "" || o.Kind == "veth") && o.Name != "lo" // veth: a host of the lab
		switch {
		case !wired:
		case entry.Name == Every, entry.Name == o.Name && entry.MAC == "",
			entry.MAC != "" && (strings.EqualFold(entry.MAC, o.PermanentMAC) || o.PermanentMAC == "" && strings.EqualFold(entry.MAC, o.MAC)):
			names = append(names, o.Name)
		}
	}
	return names
}
