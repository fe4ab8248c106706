package certificate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)

// authority signs certificates as an organisation's own would.
type authority struct {
	key  crypto.Signer
	cert *x509.Certificate
}

func newAuthority(t testing.TB, name string, by *authority) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(9, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	parent, signer := c, crypto.Signer(key)
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

func certPEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func (a *authority) pem() string { return certPEM(a.cert.Raw) }

// sign makes a certificate of a key; change adapts what it says.
func (a *authority) sign(t testing.TB, pub crypto.PublicKey, change func(*x509.Certificate)) string {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "h1"}, DNSNames: []string{"h1"}, IPAddresses: []net.IP{net.IPv4(10, 0, 0, 5)},
		NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(1, 0, 0), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if change != nil {
		change(c)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, pub, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return certPEM(der)
}

func keyPEM(t testing.TB, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func requested(t *testing.T, s *Store) *x509.CertificateRequest {
	t.Helper()
	text, err := s.Request(Request{CommonName: "h1", Organization: "Harbour", Names: []string{"h1", "10.0.0.5", "fd00::5"}})
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE REQUEST" || len(rest) > 0 {
		t.Fatalf("the request is %q", text)
	}
	csr, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := csr.CheckSignature(); err != nil {
		t.Fatal(err)
	}
	return csr
}

// X-feature 156: an own certificate by request, installed, renewed, and taken away again.
func TestFromRequestToCertificateAndBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "https")
	s, root := open(t, dir), newAuthority(t, "Harbour root", nil)
	issuing := newAuthority(t, "Harbour issuing", root)
	csr := requested(t, s)
	if csr.Subject.CommonName != "h1" || !slices.Equal(csr.DNSNames, []string{"h1"}) || len(csr.IPAddresses) != 2 || !s.Requested() {
		t.Errorf("the request asks for %+v", csr)
	}
	if again := requested(t, s); !csr.PublicKey.(*ecdsa.PublicKey).Equal(again.PublicKey) {
		t.Error("a second request is for another key: the first answer would not fit any more")
	}
	s = open(t, dir) // the agent restarts while the authority takes its time
	if err := s.Install([]byte(issuing.sign(t, csr.PublicKey, nil)+issuing.pem()+root.pem()), nil, now); err != nil {
		t.Fatal(err)
	}
	if s.Requested() || s.Own() == nil || len(s.Own().Certificate) != 3 {
		t.Errorf("after the install: requested %v, own %v", s.Requested(), s.Own())
	}
	renewed := issuing.sign(t, csr.PublicKey, func(c *x509.Certificate) { c.SerialNumber = big.NewInt(77) })
	if err := s.Install([]byte(renewed), nil, now); err != nil {
		t.Errorf("renewed with the same key: %v", err)
	}
	if s = open(t, dir); s.Own() == nil || s.Own().Leaf.SerialNumber.Int64() != 77 {
		t.Errorf("after a restart: %+v", s.Own())
	}
	for _, f := range []string{ownFile} {
		if info, err := os.Stat(filepath.Join(dir, f)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, info, err)
		}
	}
	if err := s.Remove(); err != nil || s.Own() != nil || open(t, dir).Own() != nil {
		t.Errorf("removed: %v, %v", err, s.Own())
	}
}

func TestInstallRefusesAndChangesNothing(t *testing.T) {
	ca, other := newAuthority(t, "Harbour", nil), newAuthority(t, "Elsewhere", nil)
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	strange, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ed, edKey, _ := ed25519.GenerateKey(nil)
	good := ca.sign(t, key.Public(), nil)
	t.Setenv("GODEBUG", "rsa1024min=0")
	weak, _ := rsa.GenerateKey(rand.Reader, 1024)
	s := open(t, t.TempDir())
	if err := s.Install([]byte(good), []byte(keyPEM(t, key)), now); err != nil {
		t.Fatal(err)
	}
	before := s.Own()
	for name, c := range map[string]struct{ chain, key, want string }{
		"nothing":        {"", "", "no certificate"},
		"words":          {"hello", "", "not PEM"},
		"huge":           {strings.Repeat("x", maxText+1), "", "more than"},
		"key inside":     {good + keyPEM(t, key), "", "separately"},
		"request":        {string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: []byte("x")})), "", "take it out"},
		"broken":         {certPEM([]byte("x")), "", "certificate 1 cannot be read"},
		"wrong order":    {ca.pem() + good, keyPEM(t, key), "did not sign"},
		"wrong parent":   {good + other.pem(), keyPEM(t, key), "did not sign"},
		"another's key":  {good, keyPEM(t, strange), "does not belong"},
		"no PEM key":     {good, "secret-key-text", "not PEM"},
		"encrypted key":  {good, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----", "password"},
		"no key at all":  {ca.sign(t, strange.Public(), nil), "", "without its key"},
		"expired":        {ca.sign(t, key.Public(), func(c *x509.Certificate) { c.NotAfter = now }), keyPEM(t, key), "expired"},
		"not yet valid":  {ca.sign(t, key.Public(), func(c *x509.Certificate) { c.NotBefore = now.Add(time.Hour) }), keyPEM(t, key), "clock"},
		"for clients":    {ca.sign(t, key.Public(), func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), keyPEM(t, key), "not for servers"},
		"Ed25519":        {ca.sign(t, ed, nil), keyPEM(t, edKey), "browsers do not take"},
		"RSA 1024":       {ca.sign(t, weak.Public(), nil), keyPEM(t, weak), "1024 bits"},
		"eleven of them": {strings.Repeat(good, 11), keyPEM(t, key), "more than 10"},
	} {
		err := s.Install([]byte(c.chain), []byte(c.key), now)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret-key-text") {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
	}
	if s.Own() != before {
		t.Error("a refusal changed the certificate")
	}
}

func TestWarnings(t *testing.T) {
	ca := newAuthority(t, "Harbour", nil)
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	leaf := func(text string) *x509.Certificate {
		block, _ := pem.Decode([]byte(text))
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := leaf(ca.sign(t, key.Public(), nil))
	ends := c.NotAfter
	for _, x := range []struct {
		name  string
		addrs []string
		at    time.Time
		want  []string
	}{
		{"h1", []string{"10.0.0.5", "fe80::1%eth0"}, now, nil},
		{"h2", []string{"10.0.0.5"}, now, []string{"name h2"}},
		{"h1", []string{"10.0.0.5", "10.0.0.6", "fd00::6"}, now, []string{"10.0.0.6, fd00::6"}},
		{"h1", nil, ends.Add(-WarnBefore - time.Minute), nil},
		{"h1", nil, ends.Add(-WarnBefore), []string{"in 30 days"}},
		{"h1", nil, ends.Add(-time.Hour), []string{"in 0 days"}},
		{"h2", nil, ends, []string{"name h2", "expired on 2031-05-01"}},
	} {
		got := Warnings(c, x.name, x.addrs, x.at)
		ok := len(got) == len(x.want)
		for i := range min(len(got), len(x.want)) {
			ok = ok && strings.Contains(got[i], x.want[i])
		}
		if !ok {
			t.Errorf("%s %v at %v: %q, want %q", x.name, x.addrs, x.at, got, x.want)
		}
	}
	if f := Describe(c); f.Subject != "CN=h1" || f.Issuer != "CN=Harbour" || !slices.Equal(f.Names, []string{"h1", "10.0.0.5"}) || f.SelfSigned || len(f.Fingerprint) != 95 {
		t.Errorf("facts %+v", f)
	}
}

func TestADamagedFileLeavesTheSelfSignedOne(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ownFile), []byte("cut"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(dir)
	if err == nil || s == nil || s.Own() != nil || !strings.Contains(err.Error(), "upload your certificate again") {
		t.Errorf("%v, %v", s, err)
	}
}

func TestRefusedRequests(t *testing.T) {
	s := open(t, t.TempDir())
	for name, r := range map[string]Request{
		"no name":      {CommonName: "h1"},
		"a sentence":   {CommonName: "h1", Names: []string{"two words"}},
		"zone":         {CommonName: "h1", Names: []string{"fe80::1%eth0"}},
		"long subject": {CommonName: strings.Repeat("x", 65), Names: []string{"h1"}},
		"control":      {CommonName: "h1", Organization: "a\nb", Names: []string{"h1"}},
		"too many":     {CommonName: "h1", Names: slices.Repeat([]string{"h1"}, 33)},
	} {
		if _, err := s.Request(r); err == nil || s.Requested() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzInstall(f *testing.F) {
	ca := newAuthority(f, "Harbour", nil)
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	f.Add(ca.sign(f, key.Public(), nil), keyPEM(f, key))
	f.Add("-----BEGIN CERTIFICATE-----", "")
	f.Fuzz(func(t *testing.T, chain, key string) {
		s := &Store{dir: t.TempDir()}
		if err := s.Install([]byte(chain), []byte(key), now); (err == nil) != (s.Own() != nil) {
			t.Errorf("%v, yet own is %v", err, s.Own())
		}
	})
}
