package network

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// Problem is one thing wrong with settings. Field is the JSON name of the setting, so that a form can say it in place.
type Problem struct {
	Adapter string `json:"adapter,omitempty"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Problems is everything wrong with settings, as an error.
type Problems []Problem

// Error is one sentence for each problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, q := range p {
		lines[i] = q.Message
		if q.Adapter != "" {
			lines[i] = q.Adapter + ": " + q.Message
		}
	}
	return strings.Join(lines, "; ")
}

// Bounds on what a request may hold.
const (
	maxAdapters  = 64
	maxAddresses = 16
	maxDNS       = 8
	maxSearch    = 6
)

// MinMTU is what IPv6 needs (RFC 8200, section 5); MaxMTU is the usual jumbo frame.
const (
	MinMTU = 1280
	MaxMTU = 9216
)

var (
	labelSyntax = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	nameSyntax  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$`)
	macSyntax   = regexp.MustCompile(`^[0-9a-f]{2}(:[0-9a-f]{2}){5}$`)
	pathSyntax  = regexp.MustCompile(`^[a-z][A-Za-z0-9:._-]{0,127}$`)
)

// Validate says everything that is wrong with the settings, as Problems, or nil.
func (s Settings) Validate() error {
	v := &validation{settings: s}
	if s.Hostname != "" {
		if err := ValidateHostname(s.Hostname); err != nil {
			v.say("", "hostname", "%s", err)
		}
	}
	if len(s.Adapters) > maxAdapters {
		v.say("", "adapters", "%d adapters are more than the %d that a host may have", len(s.Adapters), maxAdapters)
		return v.problems
	}
	for _, a := range s.Adapters {
		v.identity(a)
		v.addressing(a)
		v.gateways(a)
		v.names(a)
		v.link(a)
	}
	v.together()
	if len(v.problems) == 0 {
		return nil
	}
	return v.problems
}

// ValidateHostname checks a host name: labels of letters, digits and inner dashes (RFC 1123, 2.1), 64 characters at
// most (HOST_NAME_MAX of Linux).
func ValidateHostname(name string) error {
	if len(name) > 64 {
		return fmt.Errorf("a host name has at most 64 characters, not %d", len(name))
	}
	if !isDomain(name) {
		return fmt.Errorf("%q is no host name: use letters, digits and dashes, and no dash at either end", name)
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return fmt.Errorf("%q is an address, not a host name", name)
	}
	return nil
}

func isDomain(name string) bool {
	if len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if !labelSyntax.MatchString(label) {
			return false
		}
	}
	return true
}

type validation struct {
	settings Settings
	problems Problems
}

func (v *validation) say(adapter, field, format string, args ...any) {
	v.problems = append(v.problems, Problem{Adapter: adapter, Field: field, Message: fmt.Sprintf(format, args...)})
}

func (v *validation) identity(a Adapter) {
	if !nameSyntax.MatchString(a.Name) || a.Name == "lo" || a.Name == "all" || a.Name == "default" {
		v.say("", "name", "%.40q is no adapter name: use 1 to 15 letters, digits, dots, dashes and underscores", a.Name)
	}
	set := 0
	for _, m := range []struct {
		field, value string
		syntax       *regexp.Regexp
		example      string
	}{
		{"match.permanentMAC", a.Match.PermanentMAC, macSyntax, "52:54:00:12:34:56"},
		{"match.mac", a.Match.MAC, macSyntax, "52:54:00:12:34:56"},
		{"match.path", a.Match.Path, pathSyntax, "pci-0000:00:03.0"},
	} {
		if m.value == "" {
			continue
		}
		set++
		if !m.syntax.MatchString(m.value) {
			v.say(a.Name, m.field, "%.60q does not look like %s", m.value, m.example)
		}
	}
	switch {
	case a.Virtual() && set > 0:
		v.say(a.Name, "match", "a VLAN, bond or bridge is made from these settings and has no hardware to match")
	case !a.Virtual() && set != 1:
		v.say(a.Name, "match", "name the hardware by its permanent MAC, its MAC or its bus path, and by one of them only")
	}
}

func (v *validation) names(a Adapter) {
	if len(a.DNS) > maxDNS {
		v.say(a.Name, "dns", "%d DNS servers are more than %d", len(a.DNS), maxDNS)
	}
	for i, d := range a.DNS {
		if !unicast(d) {
			v.say(a.Name, "dns", "%s cannot be a DNS server", show(d))
		} else if slices.Contains(a.DNS[:i], d) {
			v.say(a.Name, "dns", "DNS server %s is named twice", d)
		}
	}
	if len(a.Search) > maxSearch {
		v.say(a.Name, "search", "%d search domains are more than %d", len(a.Search), maxSearch)
	}
	for _, d := range a.Search {
		if !isDomain(d) {
			v.say(a.Name, "search", "%.60q is no domain: use names such as example.com", d)
		}
	}
}

// unicast says whether one machine can have the address.
func unicast(a netip.Addr) bool {
	return a.IsValid() && a.Zone() == "" && !a.Is4In6() && !a.IsUnspecified() && !a.IsMulticast() && !a.IsLoopback() &&
		a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

func show(a netip.Addr) string {
	if !a.IsValid() {
		return "nothing"
	}
	return a.String()
}
