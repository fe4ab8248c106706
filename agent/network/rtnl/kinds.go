package rtnl

import (
	"errors"
	"fmt"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/agent/network"
)

// kind is what the kernel must be able to make for an adapter, and the module that makes it.
type kind struct{ name, module, words string }

func kindOf(a network.Adapter) (kind, bool) {
	switch {
	case a.VLAN != nil:
		return kind{"vlan", "8021q", "VLANs"}, true
	case a.Bond != nil:
		return kind{"bond", "bonding", "bonds"}, true
	case a.Bridge != nil:
		return kind{"bridge", "bridge", "bridges"}, true
	}
	return kind{}, false
}

// makeable says which adapter of candidate this kernel cannot make: networkd would only log it, and the adapter never come.
func makeable(confirmed, candidate network.Settings, knows func(kind string) (bool, error)) error {
	for _, a := range network.Changed(confirmed, candidate) {
		k, ok := kindOf(a)
		if !ok {
			continue
		}
		known, err := knows(k.name)
		if err != nil {
			return fmt.Errorf("ask the kernel for %s: %w", k.words, err)
		}
		if !known {
			return fmt.Errorf("this kernel cannot make %s, so there can be no %s: its module %s is missing; use a kernel that has it, such as that of the Slipway image",
				k.words, a.Name, k.module)
		}
	}
	return nil
}

// knows asks the kernel for a kind of link that it refuses to make, because the hardware address of one byte is wrong: a
// kernel that knows the kind, or loads its module now, says EINVAL, another EOPNOTSUPP (rtnl_newlink in net/core/rtnetlink.c).
// Nothing is made either way.
func knows(kind string) (bool, error) {
	req := nl.NewNetlinkRequest(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL|unix.NLM_F_ACK)
	req.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
	req.AddData(nl.NewRtAttr(unix.IFLA_ADDRESS, []byte{0}))
	info := nl.NewRtAttr(unix.IFLA_LINKINFO, nil)
	info.AddRtAttr(nl.IFLA_INFO_KIND, nl.NonZeroTerminated(kind))
	req.AddData(info)
	_, err := req.Execute(unix.NETLINK_ROUTE, 0)
	switch {
	case errors.Is(err, unix.EOPNOTSUPP):
		return false, nil
	case errors.Is(err, unix.EINVAL):
		return true, nil
	case err == nil:
		return true, errors.New("it made a link that is wrong")
	}
	return false, err
}
