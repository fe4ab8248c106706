package apiserver

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/labstack/echo/v4"
)

// ownName answers only requests that are for this host: a page of another site can make its own name lead to this host's
// address (DNS rebinding), and a browser then takes both for one site. Addresses cannot be bent like that. Linked hosts are
// known by their certificates and may use any name.
func (s *Server) ownName(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if r.TLS == nil || strings.HasPrefix(r.URL.Path, "/peer/") {
			return next(c)
		}
		name := hostOf(r.Host)
		if _, err := netip.ParseAddr(name); err == nil || name == "localhost" || s.KnownAs(name) {
			return next(c)
		}
		return Errorf(http.StatusMisdirectedRequest, "wrong-name", "This host is not called %.80q. Use its address or its host name; a name that the DNS has for it goes under names in /etc/slipway/agent.yaml, or into its certificate.", name)
	}
}

// hostOf is a Host header without port and brackets, in lower case.
func hostOf(header string) string {
	name, _, err := net.SplitHostPort(header)
	if err != nil {
		name = strings.Trim(header, "[]")
	}
	return strings.TrimSuffix(strings.ToLower(name), ".")
}
