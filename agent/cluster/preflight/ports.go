package preflight

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

const (
	dialLimit = time.Second
	dialRetry = 250 * time.Millisecond
	// dialsAtOnce bounds the connections under way: a port that a firewall drops takes its full limit.
	dialsAtOnce = 64
)

// nonce is what the holder of a port answers, so that a stranger on it is not taken for the peer.
func nonce(runID, hostID, key string) string {
	sum := sha256.Sum256([]byte("slipway port check\n" + runID + "\n" + hostID + "\n" + key))
	return hex.EncodeToString(sum[:])
}

// question is what a datagram to a peer's port asks; only who knows the run gets an answer, and none longer than it.
func question(n string) string { return "?" + n }

// ports binds the host's ports, holds them while peers dial, and dials theirs, also through the load balancer if there is one.
func (g *Gatherer) ports(ctx context.Context, req cluster.CheckRequest) (busy map[string]string, reach map[string]map[string]string, lb *cluster.EndpointFacts) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, hold)
	defer cancel()
	busy = map[string]string{}
	var holding sync.WaitGroup
	heard := newCallers(req.Peers, req.Ports)
	for _, p := range req.Ports {
		release, err := holdPort(p, nonce(req.ID, g.opt.HostID, p.Key()), &holding, heard)
		if err != nil {
			busy[p.Key()] = g.holder(p, err)
			heard.forget(p.Key())
			continue
		}
		if p.Local {
			release()
			continue
		}
		defer release()
	}
	var asking sync.WaitGroup
	asking.Go(func() { lb = g.askEndpoint(ctx, req) })
	reach = dialAll(ctx, req)
	if len(req.Peers) > 0 {
		heard.wait(ctx) // others may still be dialing
	}
	holdForPeers(ctx, req, began)
	asking.Wait()
	return busy, reach, lb
}

// holdPort binds a port on all addresses and answers on it until release, which waits for its goroutine.
func holdPort(p cluster.PortProbe, answer string, holding *sync.WaitGroup, heard *callers) (release func(), err error) {
	address := ":" + strconv.Itoa(p.Port)
	if p.Protocol == "udp" {
		conn, err := net.ListenPacket("udp", address)
		if err != nil {
			return nil, err
		}
		return serve(conn, holding, func() { answerPackets(conn, answer, func(from net.Addr) { heard.note(p.Key(), from) }) }), nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	return serve(l, holding, func() { answerConns(l, answer, func(from net.Addr) { heard.note(p.Key(), from) }) }), nil
}

func serve(c io.Closer, holding *sync.WaitGroup, work func()) func() {
	done := make(chan struct{})
	holding.Go(func() { defer close(done); work() })
	return func() { _ = c.Close(); <-done }
}

// answerConns tells whoever connects the nonce and hangs up. It reads nothing.
func answerConns(l net.Listener, answer string, answered func(net.Addr)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		_ = c.SetDeadline(time.Now().Add(dialLimit))
		if _, err := io.WriteString(c, answer); err == nil {
			answered(c.RemoteAddr())
		}
		_ = c.Close()
	}
}

func answerPackets(c net.PacketConn, answer string, answered func(net.Addr)) {
	buf := make([]byte, 256)
	for {
		n, from, err := c.ReadFrom(buf)
		if err != nil {
			return
		}
		if string(buf[:n]) == question(answer) {
			if _, err := c.WriteTo([]byte(answer), from); err == nil {
				answered(from)
			}
		}
	}
}

// dialAll tries every port of every peer until it answers or ctx ends.
func dialAll(ctx context.Context, req cluster.CheckRequest) map[string]map[string]string {
	reach := make(map[string]map[string]string, len(req.Peers))
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, dialsAtOnce)
	for _, peer := range req.Peers {
		reach[peer.HostID] = map[string]string{}
		for _, p := range peer.Ports {
			if p.Local {
				continue
			}
			wg.Go(func() {
				problem := ""
				if err := dialUntil(ctx, slots, req, peer, p); err != nil {
					problem = err.Error()
				}
				mu.Lock()
				defer mu.Unlock()
				reach[peer.HostID][p.Key()] = problem
			})
		}
	}
	wg.Wait()
	return reach
}

func dialUntil(ctx context.Context, slots chan struct{}, req cluster.CheckRequest, peer cluster.PeerProbe, p cluster.PortProbe) error {
	want := nonce(req.ID, peer.HostID, p.Key())
	last := errors.New("it was not tried in time")
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return last
		}
		err := dialOnce(ctx, req.Address, net.JoinHostPort(peer.Address, strconv.Itoa(p.Port)), p.Protocol, want)
		<-slots
		if err == nil {
			return nil
		}
		if ctx.Err() == nil {
			last = plain(err) // what ended with the run says nothing about the port
		}
		t := time.NewTimer(dialRetry)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return last
		}
	}
}

var errStranger = errors.New("something else than the check answers there")

func dialOnce(ctx context.Context, from, to, protocol, want string) error {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	d := net.Dialer{LocalAddr: localAddr(from, protocol)}
	c, err := d.DialContext(ctx, protocol, to)
	if err != nil {
		return err
	}
	defer c.Close()
	deadline, _ := ctx.Deadline()
	_ = c.SetDeadline(deadline)
	if protocol == "udp" {
		if _, err := io.WriteString(c, question(want)); err != nil {
			return err
		}
	}
	buf := make([]byte, len(want))
	if _, err := io.ReadFull(c, buf); err != nil {
		return err
	}
	if string(buf) != want {
		return errStranger
	}
	return nil
}

func localAddr(from, protocol string) net.Addr {
	ip := net.ParseIP(from)
	switch {
	case ip == nil:
		return nil
	case protocol == "udp":
		return &net.UDPAddr{IP: ip}
	}
	return &net.TCPAddr{IP: ip}
}

// plain says in words why a port did not answer.
func plain(err error) error {
	var netErr net.Error
	switch {
	case errors.Is(err, errStranger), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errStranger
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("nothing answers there")
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return errors.New("there is no way to the host")
	case errors.As(err, &netErr) && netErr.Timeout():
		return errors.New("no answer; a firewall may drop it")
	}
	return fmt.Errorf("it fails: %w", err)
}
