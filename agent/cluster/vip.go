package cluster

import (
	"fmt"
	"net/netip"
)

// VIPAnswer is what is known of an address that somebody wants as VIP.
type VIPAnswer string

// The answers.
const (
	VIPFree    VIPAnswer = "free"
	VIPUsed    VIPAnswer = "used"
	VIPUnasked VIPAnswer = "unasked" // it could not be asked
)

// Probed is what one host found out about an address by ARP: the MAC that answered, and whether anybody was asked at all.
type Probed struct {
	Answer string
	Asked  bool
	Err    error
}

// JudgeVIP says in a sentence whether the address may become the VIP, as one host sees it. It only helps while one types:
// the preflight asks every host.
func JudgeVIP(address netip.Addr, hosts []Host, p Probed) (VIPAnswer, string) {
	for _, h := range hosts {
		for _, a := range h.Adapters {
			for _, s := range a.Prefixes {
				if prefix, err := netip.ParsePrefix(s); err == nil && prefix.Addr() == address {
					return VIPUsed, fmt.Sprintf("%s is an address of host %s; choose another one.", address, h.Name)
				}
			}
		}
	}
	switch {
	case p.Answer != "":
		return VIPUsed, fmt.Sprintf("%s is in use: %s answers for it. Choose another address.", address, p.Answer)
	case p.Err != nil:
		return VIPUnasked, fmt.Sprintf("%s could not be probed (%v); the preflight asks every host.", address, p.Err)
	case !p.Asked:
		return VIPUnasked, fmt.Sprintf("No adapter of this host is in the network of %s; a VIP is an address in the network of the control-plane hosts.", address)
	}
	return VIPFree, fmt.Sprintf("Nobody answers for %s.", address)
}

// NodePrefix is the address that a node on this adapter would have.
func (a AdapterFacts) NodePrefix() (netip.Prefix, bool) { return firstIPv4(a.Prefixes) }
