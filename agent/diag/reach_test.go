package diag

import (
	"net"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

func TestPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if a, err := Port(t.Context(), "127.0.0.1", port); err != nil || !a.OK || !strings.Contains(a.Output, "is open: connected from 127.0.0.1:") {
		t.Errorf("an open port: %+v, %v", a, err)
	}
	l.Close()
	if a, err := Port(t.Context(), "127.0.0.1", port); err != nil || a.OK || !strings.Contains(a.Output, "refused: the host is up") {
		t.Errorf("a closed port: %+v, %v", a, err)
	}
	for _, bad := range []struct {
		target string
		port   int
	}{{"127.0.0.1", 0}, {"127.0.0.1", 65536}, {"-x", 80}} {
		if _, err := Port(t.Context(), bad.target, bad.port); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

// nameServer knows h2.site.example and the name of 192.0.2.7, and answers NXDOMAIN otherwise.
func nameServer(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() { // ends with the socket
		b := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(b[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			if out, err := answerTo(m).Pack(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	return conn.LocalAddr().String()
}

func answerTo(m dnsmessage.Message) *dnsmessage.Message {
	q := m.Questions[0]
	out := &dnsmessage.Message{Header: dnsmessage.Header{ID: m.ID, Response: true, Authoritative: true}, Questions: m.Questions}
	h := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1}
	switch name := q.Name.String(); {
	case name == "h2.site.example." && q.Type == dnsmessage.TypeA:
		out.Answers = []dnsmessage.Resource{{Header: h, Body: &dnsmessage.AResource{A: [4]byte{192, 0, 2, 7}}}}
	case name == "h2.site.example." && q.Type == dnsmessage.TypeTXT:
		out.Answers = []dnsmessage.Resource{{Header: h, Body: &dnsmessage.TXTResource{TXT: []string{"a\tb"}}}}
	case name == "h2.site.example.": // no record of that type
	case name == "7.2.0.192.in-addr.arpa." && q.Type == dnsmessage.TypePTR:
		out.Answers = []dnsmessage.Resource{{Header: h, Body: &dnsmessage.PTRResource{PTR: dnsmessage.MustNewName("h2.site.example.")}}}
	default:
		out.RCode = dnsmessage.RCodeNameError
	}
	return out
}

func TestResolve(t *testing.T) {
	server := nameServer(t)
	for _, c := range []struct {
		q    Question
		ok   bool
		want string
	}{
		{Question{Name: "h2.site.example."}, true, "A 192.0.2.7"},
		{Question{Name: "h2.site.example.", Type: "A"}, true, "A 192.0.2.7"},
		{Question{Name: "h2.site.example.", Type: "TXT"}, true, `TXT "a\tb"`},
		{Question{Name: "192.0.2.7"}, true, "PTR h2.site.example."},
		{Question{Name: "h2.site.example.", Type: "MX"}, false, "no such record"},
		{Question{Name: "h9.site.example."}, false, "no such record"},
	} {
		a, err := resolve(t.Context(), c.q, server)
		if err != nil || a.OK != c.ok || !strings.Contains(a.Output, c.want) || !strings.Contains(a.Output, "Asked "+server) {
			t.Errorf("%+v: %+v, %v", c.q, a, err)
		}
		if c.ok && !slices.Contains(a.Found, c.want) {
			t.Errorf("%+v: found %q", c.q, a.Found)
		}
	}
}

func TestQuestionsThatAreRefused(t *testing.T) {
	for _, q := range []Question{{}, {Name: "a b"}, {Name: "-x"}, {Name: "x.example", Type: "AXFR"}, {Name: "x.example", Type: "PTR"},
		{Name: "192.0.2.1", Type: "A"}, {Name: "x.example", Server: "dns.example"}} {
		if a, err := Resolve(t.Context(), q); err == nil {
			t.Errorf("%+v is asked: %+v", q, a)
		}
	}
	if err := (Question{Name: "_ldap._tcp.site.example", Type: "SRV"}).check(); err != nil {
		t.Error(err)
	}
}
