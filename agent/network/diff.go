package network

import (
	"cmp"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
)

// Line is one difference between two settings, for people. Old or New is "-" where there is nothing.
type Line struct {
	Adapter string `json:"adapter,omitempty"` // empty: the host itself
	Setting string `json:"setting"`
	Old     string `json:"old"`
	New     string `json:"new"`
}

// String is the line as one text.
func (l Line) String() string {
	return strings.TrimPrefix(l.Adapter+" ", " ") + l.Setting + ": " + l.Old + " -> " + l.New
}

// Diff is what changes from old to next, adapters in the order of old, then what is new.
func Diff(old, next Settings) []Line {
	lines := compare("", []field{{"host name", old.Hostname}}, []field{{"host name", next.Hostname}})
	for _, a := range old.Adapters {
		b, ok := next.Adapter(a.Name)
		if !ok {
			b = byDefault(a)
		}
		lines = append(lines, compare(a.Name, describe(a), describe(b))...)
	}
	for _, b := range next.Adapters {
		if _, ok := old.Adapter(b.Name); !ok {
			lines = append(lines, compare(b.Name, describe(byDefault(b)), describe(b))...)
		}
	}
	return lines
}

// Changed is the adapters of next that are new or other than in old, without those that are the same.
func Changed(old, next Settings) []Adapter {
	var changed []Adapter
	for _, b := range next.Adapters {
		a, ok := old.Adapter(b.Name)
		if !ok || !reflect.DeepEqual(a, b) {
			changed = append(changed, b)
		}
	}
	return changed
}

// byDefault is what an adapter does that the settings do not name: DHCP on hardware, nothing for what they make.
func byDefault(a Adapter) Adapter {
	if a.Virtual() {
		return Adapter{Name: a.Name}
	}
	return Adapter{Name: a.Name, Match: a.Match, DHCP: true}
}

type field struct{ name, value string }

func compare(adapter string, old, next []field) []Line {
	var lines []Line
	for i, f := range old {
		if f.value != next[i].value {
			lines = append(lines, Line{adapter, f.name, orDash(f.value), orDash(next[i].value)})
		}
	}
	return lines
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// hardwareSetting is the line that says which hardware is meant.
const hardwareSetting = "hardware"

// fromDHCP is what nobody set, and DHCP brings.
const fromDHCP = "from DHCP"

// describe always answers the same fields in the same order.
func describe(a Adapter) []field {
	addresses := join(a.Addresses)
	if a.DHCP {
		addresses = strings.TrimSuffix("DHCP, "+addresses, ", ")
	}
	mtu := ""
	if a.MTU != 0 {
		mtu = strconv.Itoa(a.MTU)
	}
	ipv6 := a.IPv6
	if ipv6 == "" {
		ipv6 = IPv6Auto
	}
	gateway, dns := text(a.Gateway), join(a.DNS)
	if a.DHCP {
		gateway, dns = cmp.Or(gateway, fromDHCP), cmp.Or(dns, fromDHCP)
	}
	return []field{
		{"kind", kind(a)},
		{hardwareSetting, hardware(a.Match)},
		{"addresses", addresses},
		{"gateway", gateway},
		{"IPv6 gateway", text(a.Gateway6)},
		{"IPv6", string(ipv6)},
		{"DNS", dns},
		{"search domains", strings.Join(a.Search, ", ")},
		{"MTU", mtu},
	}
}

func kind(a Adapter) string {
	switch {
	case a.VLAN != nil:
		return fmt.Sprintf("VLAN %d on %s", a.VLAN.ID, a.VLAN.Parent)
	case a.Bond != nil:
		return fmt.Sprintf("bond %s of %s, looked at every %d ms", a.Bond.Mode, strings.Join(a.Bond.Members, ", "), monitor(*a.Bond))
	case a.Bridge != nil && a.Bridge.STP:
		return "bridge with spanning tree of " + orDash(strings.Join(a.Bridge.Members, ", "))
	case a.Bridge != nil:
		return "bridge of " + orDash(strings.Join(a.Bridge.Members, ", "))
	}
	return ""
}

func hardware(m Match) string {
	switch {
	case m.PermanentMAC != "":
		return "permanent MAC " + m.PermanentMAC
	case m.MAC != "":
		return "MAC " + m.MAC
	}
	return m.Path
}

func text(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func join[T fmt.Stringer](list []T) string {
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = v.String()
	}
	return strings.Join(texts, ", ")
}
