package rtnl

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/slipway-os/slipway/agent/network"
)

const (
	// dnsEvery is how long a DNS server has for one answer.
	dnsEvery = time.Second
	// dnsAfterFirst is how long the others have when one has answered.
	dnsAfterFirst = 2 * time.Second
)

// reachDNS asks every DNS server that the settings name. Any answer counts, a refusal too: an offline network's server need
// not know the root. One that answers is enough to be reached: resolvers go on to the next. Those that do not are warnings,
// because the day on which the others fail is a bad one to find out.
func reachDNS(ctx context.Context, a network.Adapter) (warnings []string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan netip.Addr, len(a.DNS))
	var asking sync.WaitGroup
	for _, server := range a.DNS {
		asking.Go(func() {
			for ctx.Err() == nil {
				if answersDNS(ctx, server) == nil {
					answers <- server
					return
				}
			}
		})
	}
	go func() { // ends with the questions, at the latest when ctx does
		asking.Wait()
		close(answers)
	}()
	alive := map[netip.Addr]bool{}
	var patience *time.Timer
	for server := range answers {
		alive[server] = true
		if len(alive) == 1 {
			patience = time.AfterFunc(dnsAfterFirst, cancel)
		}
	}
	if patience != nil {
		patience.Stop()
	}
	var dead, well []string
	for _, server := range a.DNS {
		if alive[server] {
			well = append(well, server.String())
		} else {
			dead = append(dead, server.String())
		}
	}
	switch {
	case len(dead) == 0:
		return nil, nil
	case len(well) == 0:
		return nil, fmt.Errorf("no DNS server of %s answers (%s): check the addresses", a.Name, strings.Join(dead, ", "))
	}
	for _, server := range dead {
		warnings = append(warnings, fmt.Sprintf("the DNS server %s of %s does not answer, %s does: check the address", server, a.Name, strings.Join(well, ", ")))
	}
	return warnings, nil
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
