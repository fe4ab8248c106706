package certificate

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxNames   = 32
	maxSubject = 64 // characters; RFC 5280, appendix A.1, ub-common-name and ub-organization-name
)

// dnsName is a host name (RFC 1123, section 2.1), perhaps with * as its first label.
var dnsName = regexp.MustCompile(`^(\*\.)?([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$`)

// Request is what a certificate is asked for.
type Request struct {
	CommonName, Organization string   // at most 64 characters each; Organization may be empty
	Names                    []string // 1 to 32 host names and IP addresses
}

func (r Request) template() (*x509.CertificateRequest, error) {
	for what, text := range map[string]string{"name": r.CommonName, "organization": r.Organization} {
		if utf8.RuneCountInString(text) > maxSubject || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			return nil, fmt.Errorf("the %s has at most %d printable characters", what, maxSubject)
		}
	}
	if len(r.Names) == 0 || len(r.Names) > maxNames {
		return nil, fmt.Errorf("a certificate is for 1 to %d host names and addresses", maxNames)
	}
	c := &x509.CertificateRequest{Subject: pkix.Name{CommonName: r.CommonName}}
	if r.Organization != "" {
		c.Subject.Organization = []string{r.Organization}
	}
	for _, n := range r.Names {
		ip, err := netip.ParseAddr(n)
		switch {
		case err == nil && ip.Zone() == "":
			c.IPAddresses = append(c.IPAddresses, net.IP(ip.AsSlice()))
		case err == nil:
			return nil, errors.New("a link-local address with its adapter cannot stand in a certificate; leave " + n + " out")
		case len(n) > 253 || !dnsName.MatchString(n):
			return nil, fmt.Errorf("%.80q is neither a host name nor an address", n)
		default:
			c.DNSNames = append(c.DNSNames, n)
		}
	}
	return c, nil
}

// Facts is what people compare of a certificate.
type Facts struct {
	Subject, Issuer     string
	Names               []string // host names and addresses
	NotBefore, NotAfter time.Time
	Fingerprint         string // SHA-256 of the certificate, as browsers show it: AB:CD:...
	SelfSigned          bool
}

// Describe reads the facts of a certificate.
func Describe(c *x509.Certificate) Facts {
	f := Facts{Subject: c.Subject.String(), Issuer: c.Issuer.String(), Names: append([]string{}, c.DNSNames...), NotBefore: c.NotBefore, NotAfter: c.NotAfter,
		SelfSigned: string(c.RawIssuer) == string(c.RawSubject)}
	for _, ip := range c.IPAddresses {
		f.Names = append(f.Names, ip.String())
	}
	sum := sha256.Sum256(c.Raw)
	digits := make([]string, len(sum))
	for i, b := range sum {
		digits[i] = strings.ToUpper(hex.EncodeToString([]byte{b}))
	}
	f.Fingerprint = strings.Join(digits, ":")
	return f
}
