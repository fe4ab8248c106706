package apiserver

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/slipway-os/slipway/agent/auth"
)

type unixConnKey struct{}

type openedKey struct{}

// ConnContext remembers how and when a connection was made; it goes into http.Server.ConnContext.
func ConnContext(ctx context.Context, conn net.Conn) context.Context {
	if uc, ok := conn.(*net.UnixConn); ok {
		return context.WithValue(ctx, unixConnKey{}, uc)
	}
	return context.WithValue(ctx, openedKey{}, time.Now())
}

// openedAt is when the caller's connection was accepted. The unix socket needs no network, so it is always of now.
func openedAt(ctx context.Context) time.Time {
	if t, ok := ctx.Value(openedKey{}).(time.Time); ok {
		return t
	}
	return time.Now()
}

// identify finds out who is asking: the owner of the session, or without one the process at the socket. A session that
// has ended does not fall back to the process: the console must notice that its person is no longer logged in.
func (s *Server) identify(r *http.Request) Caller {
	if conn, ok := r.Context().Value(unixConnKey{}).(*net.UnixConn); ok {
		c := Caller{}
		switch token, fromCookie, ok := auth.RequestToken(r); {
		case fromCookie: // no browser comes this way
			c = s.Sessions.SocketCaller(conn)
		case ok:
			c = s.Sessions.SessionCaller(token)
			c.Session = token
		}
		c.Via, c.Address = "socket", "local"
		return c
	}
	address, _, _ := net.SplitHostPort(r.RemoteAddr)
	nobody := Caller{Via: "https", Address: address}
	token, fromCookie, ok := auth.RequestToken(r)
	if !ok || (fromCookie && !sameSite(r)) {
		return nobody
	}
	c := s.Sessions.SessionCaller(token)
	c.Via, c.Address, c.Session = "https", address, token
	return c
}

// sameSite refuses the cookie on a change that another site's page started (CSRF): browsers tell by Sec-Fetch-Site, older
// ones by Origin (https://www.w3.org/TR/fetch-metadata/).
func sameSite(r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
		u, err := url.Parse(r.Header.Get("Origin"))
		return err == nil && u.Host == r.Host && u.Host != ""
	}
	return false
}

type callerKey struct{}

// CallerFrom says who makes the request that ctx belongs to.
func CallerFrom(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

// public are the routes anybody may call; every other one needs a role. What the log-in itself shows is among them. Kept short on purpose: a test walks the contract.
var public = map[string]bool{
	"GET /api/v1/health":     true,
	"GET /api/v1/setup":      true,
	"POST /api/v1/setup":     true,
	"POST /api/v1/login":     true,
	"GET /api/v1/theme":      true,
	"GET /api/v1/theme/logo": true,
}

// anyRole are the changes that everybody who is logged in may make, to what is their own.
var anyRole = map[string]bool{
	"POST /api/v1/logout":              true,
	"POST /api/v1/session/renew":       true,
	"POST /api/v1/users/:name/keys":    true,
	"DELETE /api/v1/users/:name/keys":  true,
	"PUT /api/v1/users/:name/password": true,
}

// authorise refuses callers who may not use the route.
func (s *Server) authorise(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		who := s.identify(r)
		c.SetRequest(r.WithContext(context.WithValue(r.Context(), callerKey{}, who)))
		if err := allowed(r.Method, r.Method+" "+c.Path(), who); err != nil {
			return err
		}
		return next(c)
	}
}

func allowed(method, route string, who Caller) error {
	switch {
	case public[route]:
		return nil
	case who.Role == "":
		return Errorf(http.StatusUnauthorized, "login-needed", "Log in first: this needs a user of this host.")
	case method == http.MethodGet || method == http.MethodHead || anyRole[route] || who.Role == "admin":
		return nil
	}
	return Errorf(http.StatusForbidden, "not-allowed", "User %s may look but not change anything; ask a member of group slipway-admin.", who.User)
}
