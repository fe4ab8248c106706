package apiserver

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/slipway-os/slipway/agent/api"
)

// maxBody is the largest JSON request, in bytes; uploads have their own bounds.
const maxBody = "1M"

const outcomeKey = "outcome"

// Server is the API of one host.
type Server struct {
	Services
	log *slog.Logger
}

// New returns the handler of all listeners.
func New(s Services, log *slog.Logger) http.Handler {
	srv := &Server{Services: s, log: log}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = srv.failed
	e.Use(middleware.Recover(), srv.securityHeaders, srv.ownName)
	schemas, err := readBodies()
	if err != nil {
		panic(err) // the contract is compiled in; TestEveryRouteRefusesStrangers reads it too
	}
	limit := middleware.BodyLimit(maxBody)
	guarded := e.Group("/api/v1", srv.audit, middleware.RecoverWithConfig(middleware.RecoverConfig{DisableErrorHandler: true}), srv.authorise, nextConnection)
	api.RegisterHandlersWithBaseURL(&grouped{guarded, []echo.MiddlewareFunc{limit, schemas.check}}, api.NewStrictHandler(srv, nil), "")
	// Uploads stay outside the generated routes: their bodies are streams.
	uploads := echo.WrapHandler(s.Uploads)
	guarded.Any("/uploads/*", uploads)
	guarded.Any("/*", func(echo.Context) error {
		return Errorf(http.StatusNotFound, "no-route", "There is no such route; see the OpenAPI document for those there are.")
	})
	e.Any("/peer/v1/*", echo.WrapHandler(s.Peer))
	e.Any("/*", echo.WrapHandler(s.UI))
	return e
}

// grouped registers the generated routes in a group with its own middleware.
type grouped struct {
	*echo.Group
	first []echo.MiddlewareFunc
}

func (g *grouped) with(m []echo.MiddlewareFunc) []echo.MiddlewareFunc {
	return append(slices.Clone(g.first), m...)
}

func (g *grouped) GET(p string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	return g.Group.GET(p, h, g.with(m)...)
}

func (g *grouped) POST(p string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	return g.Group.POST(p, h, g.with(m)...)
}

func (g *grouped) PUT(p string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	return g.Group.PUT(p, h, g.with(m)...)
}

func (g *grouped) DELETE(p string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	return g.Group.DELETE(p, h, g.with(m)...)
}

// failed answers an error and logs those that are ours.
func (s *Server) failed(err error, c echo.Context) {
	if p := problemOf(err); p.Status >= http.StatusInternalServerError {
		s.log.Error("request failed", "method", c.Request().Method, "route", c.Path(), "error", err)
	}
	writeProblem(err, c)
}

// audit keeps who changed what, and how it ended. Looking is not recorded.
func (s *Server) audit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodPatch {
			return next(c)
		}
		var as string
		c.SetRequest(r.WithContext(context.WithValue(r.Context(), actsAsKey{}, &as)))
		err := next(c)
		if err == nil && looking[c.Path()] {
			return nil
		}
		outcome := "done"
		if err != nil {
			outcome = strings.TrimPrefix(problemOf(err).Type, "urn:slipway:")
		}
		rec := AuditRecord{Caller: CallerFrom(c.Request().Context()), Action: r.Method + " " + r.URL.Path, Outcome: outcome,
			DryRun: asked(r, "dryRun"), Forced: asked(r, "force")}
		if as != "" {
			rec.Caller.User = as
		}
		if aerr := s.Audit.Append(rec); aerr != nil {
			s.log.Error("audit entry not written", "error", aerr)
			if err == nil {
				return fmt.Errorf("done, but the audit log could not be written: %w", aerr)
			}
		}
		return err
	}
}

// looking are the routes with a body that change nothing: forms ask them at every key.
var looking = map[string]bool{"/api/v1/network/preview": true, "/api/v1/host/proxy/preview": true, "/api/v1/host/user-data/check": true}

type actsAsKey struct{}

// actsAs names in the audit log who a request turned out to come from: until a log-in has ended nobody is known.
func actsAs(ctx context.Context, user string) {
	if as, ok := ctx.Value(actsAsKey{}).(*string); ok {
		*as = user
	}
}

// asked says whether a request has an option of the contract switched on.
func asked(r *http.Request, option string) bool {
	on, err := strconv.ParseBool(r.URL.Query().Get(option))
	return err == nil && on
}

// nextConnection makes a client open another connection after a confirm. A browser sends everything on one, and a confirm
// that came on a connection from before the change is refused: its repetition must not be (HTTP/2: GOAWAY, RFC 9113, 6.8).
func nextConnection(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Path() == "/api/v1/network/tries/:id/confirm" {
			c.Response().Header().Set("Connection", "close")
		}
		return next(c)
	}
}

func (s *Server) securityHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		frames := ""
		if s.Theme != nil && !strings.HasPrefix(c.Request().URL.Path, "/api/") { // a page: links of the owner may be shown inside
			frames = " " + strings.Join(s.Theme.Frames(), " ")
		}
		h.Set("Content-Security-Policy", "default-src 'self'; frame-src 'self'"+strings.TrimRight(frames, " ")+"; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
		if c.Request().TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		return next(c)
	}
}

// notFound is for ids that name nothing.
func notFound(what, id string) error {
	return Errorf(http.StatusNotFound, "not-found", "There is no %s %q on this host.", what, id)
}
