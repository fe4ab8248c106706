package preflight

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

func TestPortsAreHeldUntilEveryPeerHadItsAnswer(t *testing.T) {
	peers := []cluster.PeerProbe{{Address: "10.0.0.2"}, {Address: "10.0.0.3"}}
	ports := []cluster.PortProbe{{Port: 1, Protocol: "tcp"}, {Port: 2, Protocol: "udp"}, {Port: 3, Protocol: "tcp"}, {Port: 4, Protocol: "tcp", Local: true}}
	call := func(c *callers, key, ip string) { c.note(key, &net.TCPAddr{IP: net.ParseIP(ip), Port: 9}) }
	for _, x := range []struct {
		name  string
		calls func(c *callers)
		want  time.Duration
	}{
		{"everybody called", func(c *callers) {
			for _, ip := range []string{"::ffff:10.0.0.2", "10.0.0.3", "10.0.0.3"} {
				call(c, "1/tcp", ip)
				call(c, "2/udp", ip)
			}
			c.forget("3/tcp")
		}, linger},
		{"one is missing on one port", func(c *callers) {
			call(c, "1/tcp", "10.0.0.2")
			call(c, "1/tcp", "10.0.0.3")
			call(c, "2/udp", "10.0.0.3")
			c.forget("3/tcp")
		}, 8 * time.Second},
		{"strangers do not count", func(c *callers) {
			call(c, "1/tcp", "10.0.0.8")
			call(c, "9/tcp", "10.0.0.2")
		}, 8 * time.Second},
	} {
		t.Run(x.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCallers(peers, ports)
				x.calls(c)
				ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
				defer cancel()
				start := time.Now()
				c.wait(ctx)
				if took := time.Since(start); took != x.want {
					t.Errorf("held for %s, want %s", took, x.want)
				}
			})
		})
	}
}
