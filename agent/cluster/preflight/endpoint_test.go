package preflight

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

// Feature 104: a load balancer that first refuses, then leads to a stranger, then to a control-plane host of this run.
func TestAskEndpoint(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	api := []cluster.PortProbe{{Port: cluster.APIPort, Protocol: "tcp"}}
	req := cluster.CheckRequest{ID: "run", Endpoint: l.Addr().String(), Peers: []cluster.PeerProbe{
		{HostID: "h2", Ports: api}, {HostID: "h3", Ports: []cluster.PortProbe{{Port: 10250, Protocol: "tcp"}}}}}
	answers := []string{"", nonce("another run", "h2", apiKey), nonce("run", "h3", apiKey), nonce("run", "h2", apiKey)}
	go func() {
		for _, a := range answers {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte(a))
			_ = c.Close()
		}
	}()
	g := New(Options{Root: t.TempDir(), HostID: "h1"})
	if f := g.askEndpoint(t.Context(), req); f == nil || f.HostID != "h2" || f.Problem != "" || len(f.Addresses) != 1 || f.Addresses[0] != "127.0.0.1" {
		t.Errorf("it leads to %+v", f)
	}
	_ = l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if f := g.askEndpoint(ctx, req); f.HostID != "" || f.Problem != "nothing answers there" {
		t.Errorf("with nobody there: %+v", f)
	}
	req.Endpoint = ""
	if f := g.askEndpoint(t.Context(), req); f != nil {
		t.Errorf("without a load balancer: %+v", f)
	}
}
