package form

import (
	"errors"
	"fmt"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
)

// List splits what a person separates by commas or spaces.
func List(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
}

// MaskBits reads a subnet mask (255.255.255.0) or a prefix length (24 or /24) of IPv4: 1 to 32 bits.
func MaskBits(text string) (int, error) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "/")
	if n, err := strconv.Atoi(text); err == nil {
		if n < 1 || n > 32 {
			return 0, errors.New("A prefix length is 1 to 32, such as 24.")
		}
		return n, nil
	}
	ip, err := netip.ParseAddr(text)
	if err != nil || !ip.Is4() {
		return 0, errors.New("This is no subnet mask; write one such as 255.255.255.0, or a prefix length such as 24.")
	}
	b := ip.As4()
	mask := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	n := bits.LeadingZeros32(^mask)
	if n == 0 || mask<<n != 0 {
		return 0, fmt.Errorf("%s is no subnet mask: its ones must come first, as in 255.255.255.0.", text)
	}
	return n, nil
}

// Mask is the subnet mask of a prefix length of IPv4.
func Mask(n int) string {
	m := ^uint32(0) << (32 - n)
	return netip.AddrFrom4([4]byte{byte(m >> 24), byte(m >> 16), byte(m >> 8), byte(m)}).String()
}

// HostName says what is wrong with a host name (RFC 1123: labels of letters, digits and hyphens), nil for nothing.
func HostName(name string) error {
	if name == "" {
		return errors.New("The host needs a name.")
	}
	if len(name) > 63 {
		return errors.New("A host name has at most 63 characters.")
	}
	for label := range strings.SplitSeq(name, ".") {
		bad := strings.ContainsFunc(label, func(r rune) bool {
			return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		})
		switch {
		case bad:
			return errors.New("Use letters, digits and hyphens only.")
		case label == "":
			return errors.New("There must be a name before and after each dot.")
		case strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-"):
			return errors.New("A name neither begins nor ends with a hyphen.")
		}
	}
	return nil
}

// Servers says what is wrong with a list of time servers, nil for nothing.
func Servers(list []string) error {
	if len(list) > 8 {
		return errors.New("Eight time servers are enough.")
	}
	for _, s := range list {
		if _, err := netip.ParseAddr(s); err == nil {
			continue
		}
		if err := HostName(s); err != nil {
			return fmt.Errorf("%s is neither an IP address nor a host name.", Cut(s, 30))
		}
	}
	return nil
}
