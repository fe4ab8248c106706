package rtnl

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/mdlayher/packet"
	"golang.org/x/sys/unix"
)

// arp is an ARP message for IPv4 over Ethernet (RFC 826).
type arp struct {
	op       uint16
	sender   net.HardwareAddr
	senderIP netip.Addr
	targetIP netip.Addr
}

const (
	arpRequest = 1
	arpReply   = 2
	arpLength  = 28
)

// marshal leaves the target's hardware address zero, as a question does.
func (a arp) marshal() []byte {
	b := make([]byte, 0, arpLength)
	b = append(b, 0, 1, 8, 0, 6, 4) // Ethernet, IPv4, lengths of their addresses
	b = binary.BigEndian.AppendUint16(b, a.op)
	b = append(b, a.sender...)
	b = append(b, a.senderIP.AsSlice()...)
	b = append(b, 0, 0, 0, 0, 0, 0)
	return append(b, a.targetIP.AsSlice()...)
}

// parseARP takes what came from the wire; anything but a request or reply for IPv4 over Ethernet is none.
func parseARP(b []byte) (arp, bool) {
	if len(b) < arpLength || !bytes.Equal(b[:6], []byte{0, 1, 8, 0, 6, 4}) {
		return arp{}, false
	}
	op := binary.BigEndian.Uint16(b[6:])
	if op != arpRequest && op != arpReply {
		return arp{}, false
	}
	return arp{
		op: op, sender: net.HardwareAddr(bytes.Clone(b[8:14])),
		senderIP: netip.AddrFrom4([4]byte(b[14:18])), targetIP: netip.AddrFrom4([4]byte(b[24:28])),
	}, true
}

// claims says whether the message shows that its sender has the address, or is about to take it (RFC 5227, 2.1.1).
func (a arp) claims(ip netip.Addr) bool {
	return a.senderIP == ip || a.op == arpRequest && a.senderIP.IsUnspecified() && a.targetIP == ip
}

// question is what ask puts to the wire, as often as it may be answered.
type question struct {
	adapter  string
	from, to netip.Addr
	every    time.Duration
	// answer ends the asking.
	answer func(arp) bool
}

// ask repeats the question until something answers it or ctx ends. It says who answered.
func ask(ctx context.Context, q question) (net.HardwareAddr, bool, error) {
	ifi, err := net.InterfaceByName(q.adapter)
	if err != nil {
		return nil, false, fmt.Errorf("adapter %s: %w", q.adapter, err)
	}
	conn, err := packet.Listen(ifi, packet.Datagram, unix.ETH_P_ARP, nil)
	if err != nil {
		return nil, false, fmt.Errorf("listen for ARP on %s: %w", q.adapter, err)
	}
	defer conn.Close()
	message := arp{op: arpRequest, sender: ifi.HardwareAddr, senderIP: q.from, targetIP: q.to}.marshal()
	everybody := &packet.Addr{HardwareAddr: net.HardwareAddr{255, 255, 255, 255, 255, 255}}
	for ctx.Err() == nil {
		// A link that is just coming up drops what is sent: the next question follows anyway.
		if _, err := conn.WriteTo(message, everybody); err != nil && !errors.Is(err, unix.ENETDOWN) {
			return nil, false, fmt.Errorf("ask by ARP on %s: %w", q.adapter, err)
		}
		who, ok, err := listen(ctx, conn, time.Now().Add(q.every), q.answer)
		if ok || err != nil {
			return who, ok, err
		}
	}
	return nil, false, nil
}

func listen(ctx context.Context, conn *packet.Conn, until time.Time, answer func(arp) bool) (net.HardwareAddr, bool, error) {
	if end, ok := ctx.Deadline(); ok && end.Before(until) {
		until = end
	}
	if err := conn.SetReadDeadline(until); err != nil {
		return nil, false, err
	}
	// A cancel ends the read at once.
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	b := make([]byte, 128)
	for {
		n, _, err := conn.ReadFrom(b)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, false, nil
		}
		if err != nil && !errors.Is(err, unix.ENETDOWN) {
			return nil, false, fmt.Errorf("listen for ARP: %w", err)
		}
		if a, ok := parseARP(b[:n]); err == nil && ok && answer(a) {
			return a.sender, true, nil
		}
	}
}
