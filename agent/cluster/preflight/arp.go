package preflight

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/mdlayher/packet"
	"golang.org/x/sync/errgroup"
)

// RFC 5227, section 1.1: three probes, one to two seconds apart, and two seconds of silence after the last. The random
// wait before the first is for many hosts that boot at once and is left out.
const (
	probeCount   = 3
	probeEvery   = time.Second
	announceWait = 2 * time.Second
)

const (
	etherARP   = 0x0806
	frameBytes = 14 + 28
)

// ProbeVIP asks on every adapter whose subnet has the VIP who uses it. The answer is a MAC, this host's own included.
// probed is false when no adapter has such a subnet.
func ProbeVIP(ctx context.Context, vip string) (answer string, probed bool, err error) {
	if vip == "" {
		return "", false, nil
	}
	target, err := netip.ParseAddr(vip)
	if err != nil || !target.Is4() {
		return "", false, fmt.Errorf("the VIP %q is not an IPv4 address", vip)
	}
	links, own, err := linksTo(target)
	if err != nil || own != "" {
		return own, own != "", err
	}
	answers := make([]string, len(links))
	var group errgroup.Group
	for i, l := range links {
		group.Go(func() error {
			a, err := probeLink(ctx, l, target)
			answers[i] = a
			return err
		})
	}
	err = group.Wait()
	for _, a := range answers {
		if a != "" {
			return a, true, nil
		}
	}
	return "", err == nil && len(links) > 0, err
}

// linksTo returns the adapters whose subnet has the address. own is the MAC of the adapter that carries it already.
func linksTo(target netip.Addr) (links []net.Interface, own string, err error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, "", err
	}
	for _, l := range all {
		addrs, err := l.Addrs()
		if err != nil {
			return nil, "", err
		}
		for _, a := range addrs {
			p, err := netip.ParsePrefix(a.String())
			if err != nil {
				continue
			}
			if p.Addr() == target {
				return nil, macOr(l), nil
			}
			if len(l.HardwareAddr) == 6 && isAdapter(l.Name) && p.Bits() < 32 && p.Masked().Contains(target) {
				links = append(links, l)
				break
			}
		}
	}
	return links, "", nil
}

// macOr is the link's MAC, or its name when it has none.
func macOr(l net.Interface) string {
	if len(l.HardwareAddr) > 0 {
		return l.HardwareAddr.String()
	}
	return l.Name
}

// probeLink returns the MAC that answers for target, "" when nobody does.
func probeLink(ctx context.Context, l net.Interface, target netip.Addr) (string, error) {
	conn, err := packet.Listen(&l, packet.Raw, etherARP, nil)
	if err != nil {
		return "", fmt.Errorf("probe on %s: %w", l.Name, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	frame := arpProbe(l.HardwareAddr, target)
	broadcast := &packet.Addr{HardwareAddr: net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}
	for i := range probeCount {
		if _, err := conn.WriteTo(frame, broadcast); err != nil {
			return "", fmt.Errorf("probe on %s: %w", l.Name, err)
		}
		wait := probeEvery
		if i == probeCount-1 {
			wait = announceWait
		}
		mac, err := listenFor(conn, target, time.Now().Add(wait))
		if err != nil || mac != "" {
			return mac, err
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
	}
	return "", nil
}

// listenFor reads frames until one comes from target or the deadline passes.
func listenFor(conn *packet.Conn, target netip.Addr, deadline time.Time) (string, error) {
	if err := conn.SetReadDeadline(deadline); err != nil {
		return "", err
	}
	buf := make([]byte, 1514)
	for {
		n, _, err := conn.ReadFrom(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		if mac, ip, ok := parseARP(buf[:n]); ok && ip == target {
			return mac.String(), nil
		}
	}
}

// arpProbe is a broadcast request for target with the sender address 0.0.0.0, which no host takes into its table.
func arpProbe(from net.HardwareAddr, target netip.Addr) []byte {
	b := make([]byte, 0, frameBytes)
	b = append(b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	b = append(b, from...)
	b = binary.BigEndian.AppendUint16(b, etherARP)
	b = append(b, 0, 1, 8, 0, 6, 4, 0, 1) // Ethernet, IPv4, address lengths, request
	b = append(b, from...)
	b = append(b, 0, 0, 0, 0)
	b = append(b, 0, 0, 0, 0, 0, 0)
	ip := target.As4()
	return append(b, ip[:]...)
}

// parseARP reads the sender of an ARP frame (RFC 826). The other hosts of a run probe at the same time with the sender
// address 0.0.0.0; their frames are nobody's answer.
func parseARP(frame []byte) (net.HardwareAddr, netip.Addr, bool) {
	if len(frame) < frameBytes || binary.BigEndian.Uint16(frame[12:]) != etherARP {
		return nil, netip.Addr{}, false
	}
	arp := frame[14:]
	if [6]byte(arp[:6]) != [6]byte{0, 1, 8, 0, 6, 4} {
		return nil, netip.Addr{}, false
	}
	ip := netip.AddrFrom4([4]byte(arp[14:18]))
	if ip.IsUnspecified() {
		return nil, netip.Addr{}, false
	}
	return net.HardwareAddr(append([]byte(nil), arp[8:14]...)), ip, true
}
