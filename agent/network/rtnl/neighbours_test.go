package rtnl

import (
	"net"
	"slices"
	"testing"
	"time"
)

func TestNeighbours(t *testing.T) {
	peer := connect(t, "eth7", "192.0.2.1/24")
	assign(t, "eth7", "192.0.2.10/24")
	for _, address := range []string{"192.0.2.1:53", "192.0.2.99:53"} { // the second is nobody's
		conn, err := net.Dial("udp", address)
		must(t, err)
		_, err = conn.Write([]byte("x"))
		must(t, err)
		must(t, conn.Close())
	}
	find := func(address string) Neighbour {
		list, err := Reader{}.Neighbours()
		must(t, err)
		i := slices.IndexFunc(list, func(n Neighbour) bool { return n.Address.String() == address })
		if i < 0 {
			return Neighbour{}
		}
		return list[i]
	}
	for end := time.Now().Add(10 * time.Second); find("192.0.2.1").MAC == "" && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
	}
	if n := find("192.0.2.1"); n.MAC != peer.mac || n.Adapter != "eth7" {
		t.Errorf("the peer is %+v, want %s", n, peer.mac)
	}
	if n := find("192.0.2.99"); n.MAC != "" || n.State != "incomplete" && n.State != "failed" {
		t.Errorf("nobody is %+v", n)
	}
}
