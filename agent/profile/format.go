package profile

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"unicode"
)

// Format is how the value of a variable looks.
type Format string

// The formats.
const (
	FormatString    Format = "string" // one line
	FormatNumber    Format = "number"
	FormatBoolean   Format = "boolean"
	FormatVersion   Format = "version"
	FormatIPv4      Format = "ipv4"
	FormatCIDR      Format = "cidr" // IPv4 network
	FormatIPv6      Format = "ipv6"
	FormatBase64    Format = "base64"
	FormatMultiline Format = "multiline"
)

var formats = []Format{FormatString, FormatNumber, FormatBoolean, FormatVersion, FormatIPv4, FormatCIDR, FormatIPv6, FormatBase64, FormatMultiline}

var (
	number = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?$`)
	// semver is the grammar of https://semver.org with an optional leading v and optional minor and patch.
	semver = regexp.MustCompile(`^v?(0|[1-9]\d{0,8})(\.(0|[1-9]\d{0,8})){0,2}(-[0-9A-Za-z.-]{1,64})?(\+[0-9A-Za-z.-]{1,64})?$`)
)

// reject says why a value that is not empty does not have the format, or "".
func (f Format) reject(value string) string {
	switch f {
	case FormatNumber:
		return unless(number.MatchString(value), "must be a number such as 30003")
	case FormatBoolean:
		return unless(value == "true" || value == "false", "must be true or false")
	case FormatVersion:
		return unless(semver.MatchString(value), "must be a version such as 1.32.3")
	case FormatIPv4:
		a, err := netip.ParseAddr(value)
		return unless(err == nil && a.Is4(), "must be an IPv4 address such as 192.0.2.10")
	case FormatIPv6:
		a, err := netip.ParseAddr(value)
		return unless(err == nil && a.Is6() && a.Zone() == "", "must be an IPv6 address such as 2001:db8::10")
	case FormatCIDR:
		return rejectCIDR(value)
	case FormatBase64:
		_, err := base64.StdEncoding.DecodeString(value)
		return unless(err == nil, "must be base64 text")
	case FormatMultiline:
		return unless(printable(value, "\n\r\t"), "must not hold control characters")
	default:
		return unless(printable(value, ""), "must be one line of printable text")
	}
}

func rejectCIDR(value string) string {
	p, err := netip.ParsePrefix(value)
	switch {
	case err != nil || !p.Addr().Is4():
		return "must be an IPv4 network such as 100.64.0.0/18"
	case p != p.Masked():
		return fmt.Sprintf("has host bits set; the network is %s", p.Masked())
	}
	return ""
}

func printable(s, also string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) && !strings.ContainsRune(also, r) })
}

func unless(good bool, why string) string {
	if good {
		return ""
	}
	return why
}
