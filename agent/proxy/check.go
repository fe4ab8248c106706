package proxy

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Bounds of what is taken, in bytes and entries.
const (
	maxURL     = 1024
	maxNoProxy = 64
	maxCA      = 64 << 10
)

// Problem is what is wrong with one field: http, https, noProxy or ca.
type Problem struct{ Field, Message string }

// Problems are all that is wrong with settings.
type Problems []Problem

func (p Problems) Error() string {
	var texts []string
	for _, x := range p {
		texts = append(texts, x.Field+": "+x.Message)
	}
	return strings.Join(texts, "; ")
}

// Check says what is wrong with settings at the time now; nothing when they can be used.
func (s Settings) Check(now time.Time) (out Problems) {
	add := func(field, message string) {
		if message != "" {
			out = append(out, Problem{field, message})
		}
	}
	add("http", checkURL(s.HTTP))
	add("https", checkURL(s.HTTPS))
	add("noProxy", checkNoProxy(s.NoProxy))
	_, err := Certificates(s.CA, now)
	if err != nil {
		add("ca", err.Error())
	}
	return out
}

// unsafe are the characters that an environment file gives a meaning (systemd.exec(5), EnvironmentFile=). None of them may
// stand in a URL unescaped (RFC 3986, 2).
const unsafe = "\"'\\` "

func checkURL(raw string) string {
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	switch {
	case len(raw) > maxURL:
		return fmt.Sprintf("the address is longer than %d characters", maxURL)
	case strings.ContainsAny(raw, unsafe) || strings.ContainsFunc(raw, func(r rune) bool { return r < ' ' || r > '~' }):
		return "write special characters of the user name and the password as %XX, such as %20 for a space"
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return "a proxy is written http://proxy.example.org:3128"
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return "nothing may follow the proxy's host and port"
	case strings.Contains(raw, mask):
		return "type the password again: it is known only for the proxy and user that are set"
	}
	return checkHost(u)
}

func checkHost(u *url.URL) string {
	if _, err := netip.ParseAddr(u.Hostname()); err != nil && !hostName.MatchString(u.Hostname()) {
		return "the proxy's host is neither a name nor an IP address"
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return "the port is a number from 1 to 65535"
		}
	}
	return ""
}

// hostName is RFC 1123's syntax, with a leading dot or star for a domain.
var (
	hostName = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	domain   = regexp.MustCompile(`^(\*?\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(:[0-9]{1,5})?$`)
)

func checkNoProxy(list []string) string {
	if len(list) > maxNoProxy {
		return fmt.Sprintf("more than %d exceptions", maxNoProxy)
	}
	for _, x := range list {
		_, notAddress := netip.ParseAddr(x)
		_, notNetwork := netip.ParsePrefix(x)
		if notAddress != nil && notNetwork != nil && (len(x) > 253 || !domain.MatchString(x)) {
			return fmt.Sprintf("%.64q is no host, domain, address or network, such as .example.org or 192.0.2.0/24", x)
		}
	}
	return ""
}

// Certificates reads the certificates of a PEM text. Each must be one of an authority and still valid at now.
func Certificates(text string, now time.Time) ([]*x509.Certificate, error) {
	if len(text) > maxCA {
		return nil, fmt.Errorf("the certificates are larger than %d KiB", maxCA>>10)
	}
	var out []*x509.Certificate
	rest := []byte(strings.TrimSpace(text))
	for len(rest) > 0 {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, fmt.Errorf("this is no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----")
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("there is a %s among the certificates; give certificates alone, and keys to nobody", strings.ToLower(block.Type))
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d cannot be read: %w", len(out)+1, err)
		}
		switch {
		case !c.IsCA:
			return nil, fmt.Errorf("%s is no certificate authority; give the certificate that the proxy signs with", c.Subject)
		case now.After(c.NotAfter):
			return nil, fmt.Errorf("the certificate of %s ended on %s", c.Subject, c.NotAfter.Format(time.DateOnly))
		}
		out = append(out, c)
	}
	return out, nil
}
