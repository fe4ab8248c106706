// Package arp asks a network who has an IPv4 address: whether a virtual IP or a new address of a host is free, and whether a
// gateway is there. Messages are those of RFC 826, probes those of RFC 5227.
package arp

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

// Message is an ARP message for IPv4 over Ethernet (RFC 826).
type Message struct {
	Op       uint16 // Request or Reply
	Sender   net.HardwareAddr
	SenderIP netip.Addr
	TargetIP netip.Addr
}

// What a message is.
const (
	Request = 1
	Reply   = 2
)

// length is that of a message, in bytes; Ethernet pads it.
const length = 28

// marshal leaves the target's hardware address zero, as a question does.
func (m Message) marshal() []byte {
	b := make([]byte, 0, length)
	b = append(b, 0, 1, 8, 0, 6, 4) // Ethernet, IPv4, lengths of their addresses
	b = binary.BigEndian.AppendUint16(b, m.Op)
	b = append(b, m.Sender...)
	b = append(b, m.SenderIP.AsSlice()...)
	b = append(b, 0, 0, 0, 0, 0, 0)
	return append(b, m.TargetIP.AsSlice()...)
}

// Parse takes what came from the wire; anything but a request or reply for IPv4 over Ethernet is none.
func Parse(b []byte) (Message, bool) {
	if len(b) < length || !bytes.Equal(b[:6], []byte{0, 1, 8, 0, 6, 4}) {
		return Message{}, false
	}
	op := binary.BigEndian.Uint16(b[6:])
	if op != Request && op != Reply {
		return Message{}, false
	}
	return Message{
		Op: op, Sender: net.HardwareAddr(bytes.Clone(b[8:14])),
		SenderIP: netip.AddrFrom4([4]byte(b[14:18])), TargetIP: netip.AddrFrom4([4]byte(b[24:28])),
	}, true
}

// Claims says whether the message shows that its sender has the address, or is about to take it (RFC 5227, 2.1.1).
func (m Message) Claims(ip netip.Addr) bool {
	return m.SenderIP == ip || m.Op == Request && m.SenderIP.IsUnspecified() && m.TargetIP == ip
}

// Question is what Ask puts to the wire.
type Question struct {
	Adapter string
	// From is the asker's own address, or 0.0.0.0 for a probe, from which nobody learns a wrong one (RFC 5227, 2.1.1).
	From, To netip.Addr
	Every    time.Duration
	// Times is how often it is asked, and Wait how long the last one may be answered; 0 times asks until ctx ends.
	Times int
	Wait  time.Duration
	// Answer ends the asking when it is true.
	Answer func(Message) bool
}

// Ask repeats the question until something answers it, it was asked often enough, or ctx ends. It says who answered.
func Ask(ctx context.Context, q Question) (net.HardwareAddr, bool, error) {
	ifi, err := net.InterfaceByName(q.Adapter)
	if err != nil {
		return nil, false, fmt.Errorf("adapter %s: %w", q.Adapter, err)
	}
	conn, err := packet.Listen(ifi, packet.Datagram, unix.ETH_P_ARP, nil)
	if err != nil {
		return nil, false, fmt.Errorf("listen for ARP on %s: %w", q.Adapter, err)
	}
	defer conn.Close()
	message := Message{Op: Request, Sender: ifi.HardwareAddr, SenderIP: q.From, TargetIP: q.To}.marshal()
	everybody := &packet.Addr{HardwareAddr: net.HardwareAddr{255, 255, 255, 255, 255, 255}}
	for n := 1; ctx.Err() == nil; n++ {
		// A link that is just coming up drops what is sent: the next question follows anyway.
		if _, err := conn.WriteTo(message, everybody); err != nil && !errors.Is(err, unix.ENETDOWN) {
			return nil, false, fmt.Errorf("ask by ARP on %s: %w", q.Adapter, err)
		}
		wait := q.Every
		if n == q.Times {
			wait = q.Wait
		}
		who, ok, err := listen(ctx, conn, time.Now().Add(wait), q.Answer)
		if ok || err != nil || n == q.Times {
			return who, ok, err
		}
	}
	return nil, false, nil
}

func listen(ctx context.Context, conn *packet.Conn, until time.Time, answer func(Message) bool) (net.HardwareAddr, bool, error) {
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
		if m, ok := Parse(b[:n]); err == nil && ok && answer(m) {
			return m.Sender, true, nil
		}
	}
}
