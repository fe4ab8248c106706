package proxy

import (
	"fmt"
	"slices"
	"strings"
)

// always are reached directly by every host: itself, and names that only a cluster knows.
var always = []string{"localhost", "127.0.0.0/8", "::1", ".svc", ".cluster.local"}

// Direct is everything that is reached without the proxy: what never goes there, own (the group's hosts, the cluster's
// networks), and what a person set; each once.
func (s Settings) Direct(own []string) []string {
	var out []string
	for _, list := range [][]string{always, own, s.NoProxy} {
		for _, x := range list {
			if !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

// Environment is the environment file of systemd.exec(5); empty without a proxy. Programs differ in whether they read the
// names in capitals, so both are there.
func (s Settings) Environment(own []string) string {
	if !s.On() {
		return ""
	}
	var b strings.Builder
	for _, v := range []struct{ name, value string }{{"HTTP_PROXY", s.HTTP}, {"HTTPS_PROXY", s.HTTPS}, {"NO_PROXY", strings.Join(s.Direct(own), ",")}} {
		if v.value != "" {
			fmt.Fprintf(&b, "%s=\"%s\"\n%s=\"%s\"\n", v.name, v.value, strings.ToLower(v.name), v.value)
		}
	}
	return b.String()
}

// Line is one difference between settings.
type Line struct{ Setting, Old, New string }

// Diff says what would change, passwords masked.
func Diff(old, next Settings) (out []Line) {
	add := func(setting, a, b string) {
		if a != b {
			out = append(out, Line{setting, a, b})
		}
	}
	was, is := old.Masked(), next.Masked()
	if old.HTTP != next.HTTP && was.HTTP == is.HTTP {
		is.HTTP += " (another password)"
	}
	if old.HTTPS != next.HTTPS && was.HTTPS == is.HTTPS {
		is.HTTPS += " (another password)"
	}
	add("HTTP proxy", was.HTTP, is.HTTP)
	add("HTTPS proxy", was.HTTPS, is.HTTPS)
	add("No proxy", strings.Join(was.NoProxy, ", "), strings.Join(is.NoProxy, ", "))
	if strings.TrimSpace(old.CA) != strings.TrimSpace(next.CA) {
		add("CA certificates", amount(old.CA), amount(next.CA)+changed(old.CA, next.CA))
	}
	return out
}

func amount(ca string) string {
	switch n := strings.Count(ca, "-----BEGIN CERTIFICATE-----"); n {
	case 0:
		return ""
	case 1:
		return "1 certificate"
	default:
		return fmt.Sprintf("%d certificates", n)
	}
}

// changed tells apart what amount alone would not.
func changed(old, next string) string {
	if amount(old) == amount(next) {
		return " (other)"
	}
	return ""
}
