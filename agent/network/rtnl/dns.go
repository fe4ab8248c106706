package rtnl

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/slipway-os/slipway/agent/network"
)

// dnsEvery is how long one DNS server has to answer before the next is asked.
const dnsEvery = time.Second

// reachDNS checks that a DNS server which the settings name answers. One is enough: a resolver uses whichever does. Any
// answer counts, a refusal too: an offline network's server need not know the root.
func reachDNS(ctx context.Context, a network.Adapter) error {
	if len(a.DNS) == 0 {
		return nil
	}
	for ctx.Err() == nil {
		for _, server := range a.DNS {
			if answersDNS(ctx, server) == nil {
				return nil
			}
		}
	}
	names := make([]string, len(a.DNS))
	for i, d := range a.DNS {
		names[i] = d.String()
	}
	return fmt.Errorf("no DNS server of %s answers (%s): check the addresses", a.Name, strings.Join(names, ", "))
}

func answersDNS(ctx context.Context, server netip.Addr) error {
	ctx, cancel := context.WithTimeout(ctx, dnsEvery)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "udp", netip.AddrPortFrom(server, 53).String())
	if err == nil {
		defer conn.Close()
		err = exchange(ctx, conn)
	}
	if err != nil {
		<-ctx.Done() // an error that comes at once must not make a busy loop
	}
	return err
}

// exchange asks for the root's name servers, which every server has an opinion on.
func exchange(ctx context.Context, conn net.Conn) error {
	id := uint16(rand.Uint32())
	query := dnsmessage.Message{
		Header: dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{{
			Name: dnsmessage.MustNewName("."), Type: dnsmessage.TypeNS, Class: dnsmessage.ClassINET,
		}},
	}
	raw, err := query.Pack()
	if err != nil {
		return err
	}
	end, _ := ctx.Deadline()
	if err := conn.SetDeadline(end); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := conn.Write(raw); err != nil {
		return err
	}
	b := make([]byte, 4096)
	n, err := conn.Read(b)
	if err != nil {
		return err
	}
	return checkAnswer(b[:n], id)
}

func checkAnswer(b []byte, id uint16) error {
	var p dnsmessage.Parser
	h, err := p.Start(b)
	if err == nil && (!h.Response || h.ID != id) {
		err = errors.New("not an answer to the question")
	}
	return err
}
