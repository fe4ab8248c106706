package profile

import (
	"crypto/tls"
	"crypto/x509"
	"strings"
	"testing"
	"time"
)

// Feature 101: the Generate button of a certificate.
func TestNewCertificate(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	certificate, key, err := NewCertificate("harbour identity", now)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		t.Fatalf("the key is not that of the certificate: %v", err)
	}
	c := pair.Leaf
	if !c.IsCA || c.Subject.CommonName != "harbour identity" || c.NotBefore.After(now) || c.NotAfter.Before(now.AddDate(9, 0, 0)) {
		t.Errorf("made %s, CA %t, from %s to %s", c.Subject, c.IsCA, c.NotBefore, c.NotAfter)
	}
	if err := c.CheckSignatureFrom(c); err != nil {
		t.Error(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(c)
	if _, err := c.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
		t.Error(err)
	}
	if _, other, _ := NewCertificate("harbour identity", now); string(other) == string(key) {
		t.Error("two keys are the same")
	}
	for _, bad := range []string{"", strings.Repeat("x", 65), "a\nb"} {
		if _, _, err := NewCertificate(bad, now); err == nil {
			t.Errorf("%q was taken as a name", bad)
		}
	}
}

func TestCertificateKey(t *testing.T) {
	with := func(variables string) error {
		_, err := Parse([]byte(strings.Replace(sample, "variables:\n", "variables:\n"+variables, 1)))
		return err
	}
	if err := with(" - {name: ca, format: base64, certificateKey: caKey}\n - {name: caKey, format: multiline, masked: true}\n"); err != nil {
		t.Error(err)
	}
	for variables, want := range map[string]string{
		" - {name: ca, format: base64, certificateKey: gone}\n":                                                  "no variable",
		" - {name: ca, format: base64, certificateKey: caKey}\n - {name: caKey, format: base64}\n":               "masked",
		" - {name: ca, format: base64, masked: true, certificateKey: ca}\n":                                      "two variables",
		" - {name: ca, format: base64, certificateKey: caKey}\n - {name: caKey, format: number, masked: true}\n": "two variables",
		" - {name: ca, certificateKey: caKey}\n - {name: caKey, format: base64, masked: true}\n":                 "two variables",
	} {
		if err := with(variables); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", variables, err, want)
		}
	}
}
