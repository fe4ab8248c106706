package engine

import (
	"context"
	"net"
	"net/netip"
	"syscall"
)

// The fields of a DHCP message (RFC 2131, section 2) that the server of the tests reads or writes.
const (
	dhcpOp      = 0
	dhcpYours   = 16
	dhcpCookie  = 236
	dhcpOptions = 240

	optionType = 53
	discover   = 1
	offer      = 2
	request    = 3
	ack        = 5
)

// serveDHCP gives everybody on the adapter one address until ctx ends.
func serveDHCP(ctx context.Context, adapter, lease, gateway string) error {
	bind := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var failed error
		err := c.Control(func(fd uintptr) { failed = syscall.BindToDevice(int(fd), adapter) })
		if err != nil {
			return err
		}
		return failed
	}}
	conn, err := bind.ListenPacket(ctx, "udp4", ":67")
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	buffer := make([]byte, 1500)
	for {
		n, _, err := conn.ReadFrom(buffer)
		if err != nil {
			return err
		}
		if reply := answerDHCP(buffer[:n], netip.MustParsePrefix(lease), netip.MustParseAddr(gateway)); reply != nil {
			if _, err := conn.WriteTo(reply, &net.UDPAddr{IP: net.IPv4bcast, Port: 68}); err != nil {
				return err
			}
		}
	}
}

// answerDHCP is the offer or the acknowledgement to a message, nil for others.
func answerDHCP(message []byte, lease netip.Prefix, gateway netip.Addr) []byte {
	kind := map[byte]byte{discover: offer, request: ack}[dhcpType(message)]
	if kind == 0 {
		return nil
	}
	reply := make([]byte, dhcpOptions)
	copy(reply, message[:dhcpOptions]) // the client's number of the exchange, its flags and its hardware address
	reply[dhcpOp] = 2
	copy(reply[dhcpYours:], lease.Addr().AsSlice())
	server, mask := gateway.AsSlice(), net.CIDRMask(lease.Bits(), 32)
	for _, option := range []struct {
		code  byte
		value []byte
	}{{optionType, []byte{kind}}, {54, server}, {51, []byte{0, 0, 0x0e, 0x10}}, {1, mask}, {3, server}} {
		reply = append(append(reply, option.code, byte(len(option.value))), option.value...)
	}
	return append(reply, 255)
}

func dhcpType(message []byte) byte {
	if len(message) < dhcpOptions {
		return 0
	}
	for rest := message[dhcpOptions:]; len(rest) > 2 && len(rest) >= 2+int(rest[1]); rest = rest[2+int(rest[1]):] {
		if rest[0] == optionType {
			return rest[2]
		}
	}
	return 0
}
