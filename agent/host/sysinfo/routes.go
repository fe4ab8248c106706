package sysinfo

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// way is the default route of a link.
type way struct {
	gateway string
	metric  uint64
}

// parseRoutes reads the IPv4 default gateway of each link from the kernel's table: little-endian hexadecimal numbers.
func parseRoutes(raw []byte) map[string]way {
	out := map[string]way{}
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		if len(f) < 8 || f[1] != "00000000" || f[7] != "00000000" || f[2] == "00000000" {
			continue
		}
		var b [4]byte
		if n, err := fmt.Sscanf(f[2], "%02x%02x%02x%02x", &b[3], &b[2], &b[1], &b[0]); n != 4 || err != nil {
			continue
		}
		metric, _ := strconv.ParseUint(f[6], 10, 32)
		keep(out, f[0], way{netip.AddrFrom4(b).String(), metric})
	}
	return out
}

// parseRoutes6 reads the same of IPv6 (fs/proc and net/ipv6/route.c of the kernel): destination, its prefix length, source,
// its prefix length, next hop, metric, references, uses, flags, link; all in hexadecimal. The kernel's own entries of links
// without IPv6, on lo, have the reject flag.
func parseRoutes6(raw []byte) map[string]way {
	const reject = 0x0200
	out := map[string]way{}
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		if len(f) != 10 || f[0] != strings.Repeat("0", 32) || f[1] != "00" {
			continue
		}
		hop, err := hex.DecodeString(f[4])
		metric, err2 := strconv.ParseUint(f[5], 16, 32)
		flags, err3 := strconv.ParseUint(f[8], 16, 32)
		ip, ok := netip.AddrFromSlice(hop)
		if err != nil || err2 != nil || err3 != nil || !ok || !ip.Is6() || ip.IsUnspecified() || flags&reject != 0 {
			continue
		}
		keep(out, f[9], way{ip.String(), metric})
	}
	return out
}

// keep puts a way in unless the link has a shorter one.
func keep(ways map[string]way, link string, w way) {
	if old, seen := ways[link]; !seen || w.metric < old.metric {
		ways[link] = w
	}
}

// defaultWay is the link by which goes what has no other way: of IPv4, else of IPv6; of equal ones the first by name.
func defaultWay(tables ...map[string]way) (link string) {
	for _, ways := range tables {
		for name, w := range ways {
			best := ways[link]
			if link == "" || w.metric < best.metric || w.metric == best.metric && name < link {
				link = name
			}
		}
		if link != "" {
			return link
		}
	}
	return ""
}
