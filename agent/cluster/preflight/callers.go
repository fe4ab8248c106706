package preflight

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

// linger is how long ports stay open after the last peer was answered: an answer may have been lost, then it asks again.
const linger = time.Second

// callers knows which peers have not had their answer on which port, so that a run of healthy hosts need not last its limit.
type callers struct {
	mu      sync.Mutex
	missing map[string]map[string]bool // by port key, addresses that have not called
	all     chan struct{}              // closed when none is missing
}

func newCallers(peers []cluster.PeerProbe, ports []cluster.PortProbe) *callers {
	c := &callers{missing: map[string]map[string]bool{}, all: make(chan struct{})}
	for _, p := range ports {
		if p.Local || len(peers) == 0 {
			continue
		}
		c.missing[p.Key()] = map[string]bool{}
		for _, peer := range peers {
			c.missing[p.Key()][peer.Address] = true
		}
	}
	return c
}

// note records that somebody was answered.
func (c *callers) note(key string, from net.Addr) {
	host, _, err := net.SplitHostPort(from.String())
	if err != nil {
		return
	}
	if ip := net.ParseIP(host); ip != nil {
		host = ip.String() // without the ::ffff: of a socket for both families
	}
	c.change(func() {
		delete(c.missing[key], host)
		if len(c.missing[key]) == 0 {
			delete(c.missing, key)
		}
	})
}

// forget stops waiting for calls on a port that something else holds.
func (c *callers) forget(key string) { c.change(func() { delete(c.missing, key) }) }

func (c *callers) change(edit func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.missing)
	edit()
	if before > 0 && len(c.missing) == 0 {
		close(c.all)
	}
}

// wait returns when every peer has had every answer and could have asked again, or when ctx ends.
func (c *callers) wait(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-c.all:
	}
	select {
	case <-ctx.Done():
	case <-time.After(linger):
	}
}
