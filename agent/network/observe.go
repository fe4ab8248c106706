package network

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Observed is one adapter as the kernel reports it.
type Observed struct {
	Index int    `json:"-"`
	Name  string `json:"name"`
	// Kind is the kernel's for links that software made (vlan, bond, bridge, veth, ...); empty for hardware.
	Kind         string `json:"kind,omitempty"`
	MAC          string `json:"mac"`
	PermanentMAC string `json:"permanentMAC,omitempty"`
	Path         string `json:"path,omitempty"` // udev's ID_PATH
	Up           bool   `json:"up"`
	Carrier      bool   `json:"carrier"`
	MTU          int    `json:"mtu"`
	// Master is the name of the bond or bridge that the adapter belongs to.
	Master    string            `json:"master,omitempty"`
	Addresses []ObservedAddress `json:"addresses"`
	// Gateways are those of the adapter's default routes, best metric first.
	Gateways []netip.Addr `json:"gateways,omitempty"`
}

// ObservedAddress is one address of an adapter.
type ObservedAddress struct {
	Prefix netip.Prefix `json:"prefix"`
	// Dynamic: it has a lifetime, as addresses from DHCP and router advertisements do.
	Dynamic bool `json:"dynamic"`
	// Tentative: IPv6 has not finished looking for a duplicate; Duplicate: it found one (RFC 4862, 5.4).
	Tentative bool `json:"tentative,omitempty"`
	Duplicate bool `json:"duplicate,omitempty"`
}

// Find is the observed adapter that the settings of a mean.
func Find(observed []Observed, a Adapter) (Observed, bool) {
	for _, o := range observed {
		var found bool
		switch {
		case a.Virtual():
			found = o.Name == a.Name
		case a.Match.PermanentMAC != "":
			found = o.PermanentMAC == a.Match.PermanentMAC
		case a.Match.MAC != "":
			found = o.MAC == a.Match.MAC && !stackedKind(o.Kind)
		default:
			found = o.Path == a.Match.Path && !stackedKind(o.Kind)
		}
		if found {
			return o, true
		}
	}
	return Observed{}, false
}

// stackedKind says whether links of the kind lie over another one and may carry its hardware address.
func stackedKind(kind string) bool {
	return slices.Contains([]string{"vlan", "bond", "bridge", "macvlan", "ipvlan"}, kind)
}

// MatchFor is the best way to name an adapter: by its permanent MAC, or its MAC when it reports no permanent one.
func MatchFor(o Observed) Match {
	switch {
	case o.PermanentMAC != "":
		return Match{PermanentMAC: o.PermanentMAC}
	case o.MAC != "":
		return Match{MAC: o.MAC}
	}
	return Match{Path: o.Path}
}

// Judge says in a sentence what keeps the adapter a from being as its settings want; empty: nothing. old are its
// settings before. It looks at one observation; what takes time (DHCP, duplicate detection) needs more than one.
func Judge(old, a Adapter, member bool, observed []Observed) string {
	o, ok := Find(observed, a)
	switch {
	case !ok:
		return fmt.Sprintf("adapter %s is not there: check its hardware address and the driver", a.Name)
	case member && o.Master == "":
		return fmt.Sprintf("adapter %s did not become a member", a.Name)
	case member:
		return ""
	case !o.Up:
		return fmt.Sprintf("adapter %s does not come up", a.Name)
	case !o.Carrier:
		return fmt.Sprintf("adapter %s has no link: check the cable and the switch port", a.Name)
	case a.MTU != 0 && o.MTU != a.MTU:
		return fmt.Sprintf("adapter %s has an MTU of %d instead of %d: it may not support it", a.Name, o.MTU, a.MTU)
	}
	if problem := judgeAddresses(old, a, o); problem != "" {
		return problem
	}
	for _, gw := range []netip.Addr{old.Gateway, old.Gateway6} {
		if gw.IsValid() && gw != a.Gateway && gw != a.Gateway6 && !(a.DHCP && gw.Is4()) && slices.Contains(o.Gateways, gw) {
			return fmt.Sprintf("adapter %s did not give up its old gateway %s", a.Name, gw)
		}
	}
	for _, gw := range []netip.Addr{a.Gateway, a.Gateway6} {
		if gw.IsValid() && !slices.Contains(o.Gateways, gw) {
			return fmt.Sprintf("adapter %s has no default route by way of %s", a.Name, gw)
		}
	}
	return ""
}

func judgeAddresses(old, a Adapter, o Observed) string {
	leased := false
	for _, x := range o.Addresses {
		ours := slices.Contains(a.Addresses, x.Prefix)
		switch {
		case ours && x.Duplicate:
			return fmt.Sprintf("another machine on %s has the address %s already", a.Name, x.Prefix.Addr())
		case ours && x.Tentative:
			return fmt.Sprintf("adapter %s still looks for duplicates of %s", a.Name, x.Prefix.Addr())
		case !ours && slices.Contains(old.Addresses, x.Prefix):
			return fmt.Sprintf("adapter %s did not give up its old address %s", a.Name, x.Prefix)
		case !a.DHCP && x.Dynamic && x.Prefix.Addr().Is4():
			return fmt.Sprintf("adapter %s did not give up the address %s from DHCP", a.Name, x.Prefix)
		}
		leased = leased || x.Dynamic && x.Prefix.Addr().Is4()
	}
	for _, want := range a.Addresses {
		if !slices.ContainsFunc(o.Addresses, func(x ObservedAddress) bool { return x.Prefix == want }) {
			return fmt.Sprintf("adapter %s did not get the address %s", a.Name, want)
		}
	}
	if a.DHCP && !leased {
		return fmt.Sprintf("no DHCP server answered on %s", a.Name)
	}
	return ""
}

// Member says whether a bond or bridge of the settings takes the adapter.
func (s Settings) Member(name string) bool {
	return slices.ContainsFunc(s.Adapters, func(a Adapter) bool { return slices.Contains(a.members(), name) })
}

// Resolve fills in what a person leaves out of a change: the hardware of a physical adapter that is named as the kernel
// or the settings name it, and the adapters that nobody has set yet below a VLAN (which stay on the image's default, DHCP)
// and in a bond or bridge (which have no address of their own).
func (c Change) Resolve(confirmed Settings, observed []Observed) (Change, error) {
	set := slices.Clone(c.Set)
	below := func(name string, dhcp bool) {
		_, known := confirmed.Adapter(name)
		there := slices.ContainsFunc(observed, func(o Observed) bool { return o.Name == name && !stackedKind(o.Kind) })
		if !known && there && !slices.ContainsFunc(set, func(a Adapter) bool { return a.Name == name }) {
			set = append(set, Adapter{Name: name, DHCP: dhcp})
		}
	}
	for _, a := range c.Set {
		if a.VLAN != nil {
			below(a.VLAN.Parent, true)
		}
		for _, m := range a.members() {
			below(m, false)
		}
	}
	for i, a := range set {
		if a.Virtual() || a.Match != (Match{}) {
			continue
		}
		if known, ok := confirmed.Adapter(a.Name); ok && !known.Virtual() {
			set[i].Match = known.Match
			continue
		}
		j := slices.IndexFunc(observed, func(o Observed) bool { return o.Name == a.Name && !stackedKind(o.Kind) })
		if j < 0 {
			return c, Problems{{Adapter: a.Name, Field: "name", Message: "this host has no such adapter: it has " + namesOf(observed)}}
		}
		set[i].Match = MatchFor(observed[j])
	}
	return Change{Set: set, Remove: c.Remove}, nil
}

func namesOf(observed []Observed) string {
	var names []string
	for _, o := range observed {
		names = append(names, o.Name)
	}
	return orDash(strings.Join(names, ", "))
}
