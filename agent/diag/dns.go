package diag

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// dnsLimit is how long a look-up may take: two tries of 5 s at one server (resolv.conf(5)).
const dnsLimit = 10 * time.Second

// RecordTypes are what can be looked up; the empty one means A and AAAA, or PTR for an address.
var RecordTypes = []string{"A", "AAAA", "CNAME", "MX", "NS", "PTR", "SRV", "TXT"}

// Question is what is asked of DNS.
type Question struct {
	Name   string // a name, or an IP address to find the name of
	Type   string // one of RecordTypes, or empty
	Server string // IP address of the server to ask; empty takes those of the host
}

func (q Question) check() error {
	if err := CheckTarget(strings.ReplaceAll(strings.TrimSuffix(q.Name, "."), "_", "x")); err != nil { // _ldap._tcp.example is a name of DNS (RFC 2782)
		return fmt.Errorf("%.64q is neither a name nor an IP address", q.Name)
	}
	if _, err := netip.ParseAddr(q.Server); q.Server != "" && err != nil {
		return fmt.Errorf("%.64q is no IP address of a name server", q.Server)
	}
	_, lookup := lookups[q.Type]
	if !lookup {
		return fmt.Errorf("records of type %.16q cannot be looked up; choose one of %s", q.Type, strings.Join(RecordTypes, ", "))
	}
	if _, err := netip.ParseAddr(q.Name); (err == nil) != (q.Type == "PTR") && q.Type != "" {
		return errors.New("a PTR record belongs to an IP address, every other one to a name")
	}
	return nil
}

// Resolve looks a name up and says which server was asked.
func Resolve(ctx context.Context, q Question) (Answer, error) {
	if err := q.check(); err != nil {
		return Answer{}, err
	}
	server := ""
	if q.Server != "" {
		server = net.JoinHostPort(q.Server, "53")
	}
	return resolve(ctx, q, server)
}

// resolve asks the server at an address with a port.
func resolve(ctx context.Context, q Question, server string) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, dnsLimit)
	defer cancel()
	var mu sync.Mutex
	var asked []string
	r := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if server != "" {
			address = server
		}
		mu.Lock()
		defer mu.Unlock()
		if len(asked) == 0 || asked[len(asked)-1] != address {
			asked = append(asked, address)
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}
	if _, err := netip.ParseAddr(q.Name); err == nil {
		q.Type = "PTR"
	}
	began := time.Now()
	found, err := lookups[q.Type](ctx, r, q.Name)
	took := time.Since(began).Round(100 * time.Microsecond)
	mu.Lock()
	defer mu.Unlock()
	text := fmt.Sprintf("Asked %s, %s\n", orNobody(asked), took)
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return Answer{Output: text + dnsReason(dns) + "\n", Found: []string{}}, nil
	case err != nil:
		return Answer{Output: text + err.Error() + "\n", Found: []string{}}, nil
	}
	return Answer{OK: len(found) > 0, Output: text + strings.Join(found, "\n") + "\n", Found: found}, nil
}

func orNobody(asked []string) string {
	if len(asked) == 0 {
		return "nobody: /etc/hosts has it, or no name server is set"
	}
	return strings.Join(asked, ", ")
}

// dnsReason puts a failure in words that say where to look.
func dnsReason(e *net.DNSError) string {
	switch {
	case e.IsNotFound:
		return fmt.Sprintf("%s: no such record", e.Name)
	case e.IsTimeout:
		return fmt.Sprintf("%s: the name server does not answer; check its address, and that UDP port 53 gets there", e.Name)
	}
	return fmt.Sprintf("%s: %s", e.Name, e.Err)
}

type lookup func(ctx context.Context, r *net.Resolver, name string) ([]string, error)

// lookups ask for one type of record each and answer lines such as "A 192.0.2.7".
var lookups = map[string]lookup{
	"":     addressesOf("ip", ""),
	"A":    addressesOf("ip4", "A "),
	"AAAA": addressesOf("ip6", "AAAA "),
	"CNAME": func(ctx context.Context, r *net.Resolver, name string) ([]string, error) {
		alias, err := r.LookupCNAME(ctx, name)
		return []string{"CNAME " + alias}, err
	},
	"MX": func(ctx context.Context, r *net.Resolver, name string) ([]string, error) {
		list, err := r.LookupMX(ctx, name)
		return each(list, func(m *net.MX) string { return fmt.Sprintf("MX %d %s", m.Pref, m.Host) }), err
	},
	"NS": func(ctx context.Context, r *net.Resolver, name string) ([]string, error) {
		list, err := r.LookupNS(ctx, name)
		return each(list, func(n *net.NS) string { return "NS " + n.Host }), err
	},
	"PTR": func(ctx context.Context, r *net.Resolver, address string) ([]string, error) {
		list, err := r.LookupAddr(ctx, address)
		return each(list, func(n string) string { return "PTR " + n }), err
	},
	"SRV": func(ctx context.Context, r *net.Resolver, name string) ([]string, error) {
		_, list, err := r.LookupSRV(ctx, "", "", name)
		return each(list, func(s *net.SRV) string {
			return fmt.Sprintf("SRV %d %d %d %s", s.Priority, s.Weight, s.Port, s.Target)
		}), err
	},
	"TXT": func(ctx context.Context, r *net.Resolver, name string) ([]string, error) {
		list, err := r.LookupTXT(ctx, name)
		return each(list, func(t string) string { return fmt.Sprintf("TXT %q", t) }), err
	},
}

// addressesOf looks up addresses; without a label each line says which kind it is.
func addressesOf(network, label string) lookup {
	return func(ctx context.Context, r *net.Resolver, name string) ([]string, error) {
		list, err := r.LookupNetIP(ctx, network, name)
		return each(list, func(a netip.Addr) string {
			switch a = a.Unmap(); {
			case label != "":
				return label + a.String()
			case a.Is4():
				return "A " + a.String()
			}
			return "AAAA " + a.String()
		}), err
	}
}

// maxRecords bounds what a name server can make the host show.
const maxRecords = 100

func each[T any](list []T, text func(T) string) []string {
	out := []string{}
	for _, v := range list[:min(len(list), maxRecords)] {
		out = append(out, text(v))
	}
	return out
}
