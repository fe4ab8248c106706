package proxy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 3, 14, 15, 9, 0, 0, time.UTC)

// certificate is one of an authority, or of a server, that ends at a time.
func certificate(t testing.TB, authority bool, end time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Proxy CA"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: end,
		IsCA: authority, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// Feature 58: what is wrong is said for each field.
func TestCheck(t *testing.T) {
	t.Parallel()
	good, server, old := certificate(t, true, now.AddDate(1, 0, 0)), certificate(t, false, now.AddDate(1, 0, 0)), certificate(t, true, now.AddDate(0, 0, -1))
	for name, c := range map[string]struct {
		s          Settings
		field, say string
	}{
		"nothing":        {Settings{}, "", ""},
		"all":            {Settings{HTTP: "http://u:p$%25@proxy.example.org:3128", HTTPS: "https://[2001:db8::1]:443/", NoProxy: []string{".example.org", "192.0.2.0/24", "::1", "*.local", "db:5432"}, CA: good + good}, "", ""},
		"no scheme":      {Settings{HTTP: "proxy:3128"}, "http", "written http://"},
		"socks":          {Settings{HTTPS: "socks5://proxy:1080"}, "https", "written http://"},
		"path":           {Settings{HTTP: "http://proxy/x"}, "http", "nothing may follow"},
		"query":          {Settings{HTTP: "http://proxy?x=1"}, "http", "nothing may follow"},
		"bad port":       {Settings{HTTP: "http://proxy:0"}, "http", "from 1 to 65535"},
		"large port":     {Settings{HTTP: "http://proxy:70000"}, "http", "from 1 to 65535"},
		"bad host":       {Settings{HTTP: "http://pro_xy"}, "http", "neither a name nor an IP"},
		"quote":          {Settings{HTTP: "http://u:p\"@proxy"}, "http", "%XX"},
		"line end":       {Settings{HTTP: "http://proxy\nX=1"}, "http", "%XX"},
		"masked":         {Settings{HTTP: "http://u:" + mask + "@proxy"}, "http", "type the password again"},
		"long":           {Settings{HTTP: "http://" + strings.Repeat("a", maxURL)}, "http", "longer"},
		"bad exception":  {Settings{NoProxy: []string{"a b"}}, "noProxy", "no host, domain"},
		"comma":          {Settings{NoProxy: []string{"a,b"}}, "noProxy", "no host, domain"},
		"many":           {Settings{NoProxy: make([]string, maxNoProxy+1)}, "noProxy", "more than"},
		"no PEM":         {Settings{CA: "hello"}, "ca", "no certificate in PEM"},
		"trailing":       {Settings{CA: good + "hello"}, "ca", "no certificate in PEM"},
		"key":            {Settings{CA: good + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}, "ca", "keys to nobody"},
		"server":         {Settings{CA: server}, "ca", "no certificate authority"},
		"ended":          {Settings{CA: old}, "ca", "ended on 2026-03-13"},
		"large":          {Settings{CA: strings.Repeat("x", maxCA+1)}, "ca", "larger than"},
		"bad der":        {Settings{CA: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}, "ca", "cannot be read"},
		"user and space": {Settings{HTTP: "http://a b@proxy"}, "http", "%XX"},
	} {
		p := c.s.Check(now)
		if c.field == "" {
			if len(p) > 0 {
				t.Errorf("%s: %v", name, p)
			}
			continue
		}
		if len(p) != 1 || p[0].Field != c.field || !strings.Contains(p[0].Message, c.say) {
			t.Errorf("%s: %v, want %s: %s", name, p, c.field, c.say)
		}
	}
}

// Feature 58: a password is never shown, and the mask means the password that is set, for the same proxy and user only.
func TestPasswords(t *testing.T) {
	t.Parallel()
	set := Settings{HTTP: "http://ada:se%24cret@proxy:3128", HTTPS: "http://proxy:3129"}
	shown := set.Masked()
	if shown.HTTP != "http://ada:********@proxy:3128" || shown.HTTPS != set.HTTPS {
		t.Fatalf("shown %+v", shown)
	}
	if got := shown.WithPasswords(set); got.HTTP != set.HTTP {
		t.Errorf("sent back unchanged: %+v", got)
	}
	if got := (Settings{HTTPS: shown.HTTP}).WithPasswords(set); got.HTTPS != set.HTTP {
		t.Errorf("the same for the other field: %+v", got)
	}
	for _, other := range []string{"http://ada:********@evil:3128", "http://eve:********@proxy:3128", "https://ada:********@proxy:3128"} {
		s := (Settings{HTTP: other}).WithPasswords(set)
		if s.HTTP != other || len(s.Check(now)) != 1 {
			t.Errorf("%s takes the password along: %+v", other, s)
		}
	}
	if s := masked("http://ada@proxy"); s != "http://ada@proxy" {
		t.Errorf("a user without a password: %s", s)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	ca := certificate(t, true, now.AddDate(1, 0, 0))
	a := Settings{HTTP: "http://u:one@proxy", NoProxy: []string{"a"}, CA: ca}
	b := Settings{HTTP: "http://u:two@proxy", HTTPS: "http://proxy", NoProxy: []string{"a", "b"}, CA: certificate(t, true, now.AddDate(1, 0, 0))}
	want := []Line{{"HTTP proxy", "http://u:********@proxy", "http://u:********@proxy (another password)"}, {"HTTPS proxy", "", "http://proxy"},
		{"No proxy", "a", "a, b"}, {"CA certificates", "1 certificate", "1 certificate (other)"}}
	got := Diff(a, b)
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
	if d := Diff(a, a); len(d) != 0 {
		t.Errorf("no difference is %+v", d)
	}
}

// Feature 58: the group and the cluster are reached without the proxy.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	s := Settings{HTTP: "http://u:p@proxy:3128", NoProxy: []string{".example.org", "localhost"}}
	const direct = "localhost,127.0.0.0/8,::1,.svc,.cluster.local,10.77.0.100,100.64.0.0/18,.example.org"
	want := "HTTP_PROXY=\"http://u:p@proxy:3128\"\nhttp_proxy=\"http://u:p@proxy:3128\"\nNO_PROXY=\"" + direct + "\"\nno_proxy=\"" + direct + "\"\n"
	if got := s.Environment([]string{"10.77.0.100", "100.64.0.0/18", "localhost"}); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := (Settings{NoProxy: []string{"a"}}).Environment(nil); got != "" {
		t.Errorf("without a proxy: %q", got)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("http://u:p@proxy:3128", "192.0.2.0/24", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")
	f.Add("http://[::1%25eth0]:1", "*.x", "")
	f.Fuzz(func(t *testing.T, url, direct, ca string) {
		s := Settings{HTTP: url, NoProxy: []string{direct}, CA: ca}
		_ = s.Masked()
		if len(s.Check(now)) > 0 {
			return
		}
		env := s.Environment(nil)
		if url != "" && strings.Count(env, "\n") != 4 || strings.Count(env, "\"")%2 != 0 {
			t.Errorf("%q makes the environment\n%s", url, env)
		}
	})
}
