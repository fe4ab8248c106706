package network

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// Own is what a file that Render wrote gives an adapter for good, and which adapter that is.
type Own struct {
	Adapter   Adapter // as far as Find needs it
	Addresses []netip.Prefix
	Gateways  []netip.Addr
}

// Leftovers are the static addresses and gateways that running gives and next does not. systemd-networkd leaves them in
// place, because KeepConfiguration=static does not tell ours from those that others added.
func Leftovers(running, next Files) []Own {
	var all []Own
	for _, name := range slices.Sorted(maps.Keys(running)) {
		if !strings.HasSuffix(name, ".network") {
			continue
		}
		old, now := parseOwn(running[name]), parseOwn(next[name])
		old.Addresses = slices.DeleteFunc(old.Addresses, func(p netip.Prefix) bool { return slices.Contains(now.Addresses, p) })
		old.Gateways = slices.DeleteFunc(old.Gateways, func(g netip.Addr) bool { return slices.Contains(now.Gateways, g) })
		if len(old.Addresses)+len(old.Gateways) > 0 {
			all = append(all, old)
		}
	}
	return all
}

// parseOwn reads the lines that it needs and skips everything else: files come from disk.
func parseOwn(content string) Own {
	var o Own
	for line := range strings.SplitSeq(content, "\n") {
		key, value, _ := strings.Cut(line, "=")
		switch key {
		case "Name":
			o.Adapter = Adapter{Name: value, Bridge: &Bridge{}} // any kind that is found by name
		case "PermanentMACAddress":
			o.Adapter.Match.PermanentMAC = value
		case "MACAddress":
			o.Adapter.Match.MAC = value
		case "Path":
			o.Adapter.Match.Path = value
		case "Address":
			if p, err := netip.ParsePrefix(value); err == nil {
				o.Addresses = append(o.Addresses, p)
			}
		case "Gateway":
			if g, err := netip.ParseAddr(value); err == nil {
				o.Gateways = append(o.Gateways, g)
			}
		}
	}
	return o
}
