package cluster

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

// Feature 103: whether an address is free, while one types.
func TestJudgeVIP(t *testing.T) {
	hosts := []Host{{Name: "h2", Adapters: []AdapterFacts{{Prefixes: []string{"fe80::1/64", "192.0.2.12/24"}}}}}
	for name, c := range map[string]struct {
		address string
		probed  Probed
		want    VIPAnswer
		says    string
	}{
		"free":           {"192.0.2.100", Probed{Asked: true}, VIPFree, "Nobody answers"},
		"used":           {"192.0.2.100", Probed{Answer: "02:ff:00:00:00:01", Asked: true}, VIPUsed, "02:ff:00:00:00:01 answers"},
		"a host's":       {"192.0.2.12", Probed{Asked: true}, VIPUsed, "host h2"},
		"other network":  {"198.51.100.1", Probed{}, VIPUnasked, "in the network of the control-plane hosts"},
		"not to be sent": {"192.0.2.100", Probed{Err: errors.New("not permitted")}, VIPUnasked, "not permitted"},
	} {
		got, says := JudgeVIP(netip.MustParseAddr(c.address), hosts, c.probed)
		if got != c.want || !strings.Contains(says, c.says) {
			t.Errorf("%s: %s %q, want %s with %q", name, got, says, c.want, c.says)
		}
	}
}
