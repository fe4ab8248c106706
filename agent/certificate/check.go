package certificate

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const (
	maxText  = 128 << 10 // bytes of a chain or a key
	maxChain = 10        // certificates
	minRSA   = 2048      // bits; CA/Browser Forum Baseline Requirements, section 6.1.5
)

// parseChain reads PEM text into certificates, the host's own first, each signed by the next.
func parseChain(text []byte) ([]*x509.Certificate, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("the certificate chain has more than %d bytes; upload only the host's certificate and those that signed it", maxText)
	}
	var chain []*x509.Certificate
	for rest := bytes.TrimSpace(text); len(rest) > 0; rest = bytes.TrimSpace(rest) {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, errors.New("the certificate is not PEM text; it begins with -----BEGIN CERTIFICATE-----")
		}
		if strings.Contains(block.Type, "PRIVATE KEY") {
			return nil, errors.New("there is a private key among the certificates; give it separately, as the key")
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("there is a %.40s among the certificates; take it out", block.Type)
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d cannot be read: %w", len(chain)+1, err)
		}
		if chain = append(chain, cert); len(chain) > maxChain {
			return nil, fmt.Errorf("there are more than %d certificates; upload only the host's certificate and those that signed it", maxChain)
		}
	}
	if len(chain) == 0 {
		return nil, errors.New("there is no certificate; paste PEM text that begins with -----BEGIN CERTIFICATE-----")
	}
	for i := 1; i < len(chain); i++ {
		if err := chain[i-1].CheckSignatureFrom(chain[i]); err != nil {
			return nil, fmt.Errorf("certificate %d did not sign certificate %d (%w); put the host's certificate first, then the one that signed it, and so on", i+1, i, err)
		}
	}
	return chain, nil
}

// checkLeaf refuses a certificate that no browser would take at this time.
func checkLeaf(leaf *x509.Certificate, now time.Time) error {
	switch key := leaf.PublicKey.(type) {
	case *ecdsa.PublicKey:
	case *rsa.PublicKey:
		if key.N.BitLen() < minRSA {
			return fmt.Errorf("the certificate's RSA key has %d bits; browsers want at least %d", key.N.BitLen(), minRSA)
		}
	case ed25519.PublicKey:
		return errors.New("the certificate has an Ed25519 key, which browsers do not take; use ECDSA or RSA")
	default:
		return errors.New("the certificate has a key of an unknown kind; use ECDSA or RSA")
	}
	switch {
	case !now.Before(leaf.NotAfter):
		return fmt.Errorf("the certificate expired on %s; ask its authority for a new one", leaf.NotAfter.UTC().Format(time.DateOnly))
	case now.Before(leaf.NotBefore):
		return fmt.Errorf("the certificate is not valid before %s, and this host's clock says %s; check the clock", stamp(leaf.NotBefore), stamp(now))
	case len(leaf.ExtKeyUsage) > 0 && !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageServerAuth) && !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageAny):
		return errors.New("the certificate is not for servers (extended key usage serverAuth); ask its authority for one that is")
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// pair joins a chain with a key that may be its own.
func pair(chain, key []byte) (tls.Certificate, error) {
	if bytes.Contains(key, []byte("ENCRYPTED")) {
		return tls.Certificate{}, errors.New("the key is protected by a password; take it off first: openssl pkey -in KEY -out PLAINKEY")
	}
	if block, _ := pem.Decode(key); block == nil || len(key) > maxText {
		return tls.Certificate{}, errors.New("the key is not PEM text; it begins with -----BEGIN PRIVATE KEY-----")
	}
	c, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return c, errNoMatch // the library's own error could quote the key
	}
	return c, nil
}

var errNoMatch = errors.New("the key does not belong to the certificate; a certificate goes with the key that its request was made from")

// Warnings says what is not wrong but will surprise: names and addresses of the host that the certificate lacks, and its end.
func Warnings(leaf *x509.Certificate, hostname string, addresses []string, now time.Time) []string {
	out := []string{}
	if leaf.VerifyHostname(hostname) != nil {
		out = append(out, fmt.Sprintf("The host's name %s is not in it: browsers that come by that name warn.", hostname))
	}
	var missing []string
	for _, a := range addresses {
		if ip, err := netip.ParseAddr(a); err == nil && ip.Zone() == "" && leaf.VerifyHostname(a) != nil {
			missing = append(missing, a)
		}
	}
	if len(missing) > 0 {
		out = append(out, fmt.Sprintf("The host's addresses %s are not in it: browsers that come by them warn.", strings.Join(missing, ", ")))
	}
	if message, ok := Expiry(leaf, now); ok {
		out = append(out, message)
	}
	return out
}

// WarnBefore is how long before its end a certificate is worth a warning.
const WarnBefore = 30 * 24 * time.Hour

// Expiry says that a certificate has expired or does within WarnBefore.
func Expiry(leaf *x509.Certificate, now time.Time) (message string, soon bool) {
	left := leaf.NotAfter.Sub(now)
	switch day := leaf.NotAfter.UTC().Format(time.DateOnly); {
	case left <= 0:
		return "The certificate expired on " + day + ": browsers refuse it.", true
	case left <= WarnBefore:
		return fmt.Sprintf("The certificate expires on %s, in %d days.", day, int(left/(24*time.Hour))), true
	}
	return "", false
}
