package arp

import (
	"bytes"
	"net"
	"net/netip"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	want := Message{Op: Request, Sender: net.HardwareAddr{2, 0, 0, 0, 0, 1},
		SenderIP: netip.MustParseAddr("192.0.2.1"), TargetIP: netip.MustParseAddr("192.0.2.2")}
	got, ok := Parse(want.marshal())
	if !ok || got.Op != want.Op || got.Sender.String() != want.Sender.String() || got.SenderIP != want.SenderIP || got.TargetIP != want.TargetIP {
		t.Errorf("%+v %v", got, ok)
	}
}

func TestClaims(t *testing.T) {
	ip, other, none := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2"), netip.IPv4Unspecified()
	for _, c := range []struct {
		a    Message
		want bool
	}{
		{Message{Op: Reply, SenderIP: ip, TargetIP: other}, true},
		{Message{Op: Request, SenderIP: ip, TargetIP: other}, true},
		{Message{Op: Request, SenderIP: none, TargetIP: ip}, true}, // another one probes for it
		{Message{Op: Request, SenderIP: other, TargetIP: ip}, false},
		{Message{Op: Reply, SenderIP: other, TargetIP: ip}, false},
	} {
		if c.a.Claims(ip) != c.want {
			t.Errorf("%+v: want %v", c.a, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Message{Op: Reply, Sender: make(net.HardwareAddr, 6), SenderIP: netip.IPv4Unspecified(), TargetIP: netip.IPv4Unspecified()}.marshal())
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, ok := Parse(b); ok && !bytes.Equal(a.marshal()[:18], b[:18]) {
			t.Errorf("%x became %+v", b, a)
		}
	})
}

func TestOthersAreRefused(t *testing.T) {
	good := Message{Op: Reply, Sender: net.HardwareAddr{2, 0, 0, 0, 0, 1}, SenderIP: netip.MustParseAddr("192.0.2.1"), TargetIP: netip.MustParseAddr("192.0.2.2")}.marshal()
	if len(good) != length {
		t.Fatalf("a message has %d bytes", len(good))
	}
	for name, b := range map[string][]byte{
		"empty": nil, "short": good[:length-1],
		"another network": append([]byte{0, 6}, good[2:]...),
		"another request": append(append(bytes.Clone(good[:6]), 0, 9), good[8:]...),
	} {
		if m, ok := Parse(b); ok {
			t.Errorf("%s became %+v", name, m)
		}
	}
}
