package apiserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/slipway-os/slipway/agent/api"
)

// Error is an answer that the caller can act on. Code is stable: clients match on it, never on the sentence.
type Error struct {
	Status int
	Code   string // for example link:expired
	Detail string
	Checks []api.Check
}

func (e *Error) Error() string { return e.Detail }

// Errorf makes an Error.
func Errorf(status int, code, format string, a ...any) *Error {
	return &Error{Status: status, Code: code, Detail: fmt.Sprintf(format, a...)}
}

// coded is an error of a subject package that carries its own stable code; it is the caller's to mend.
type coded interface {
	error
	Code() string
}

// problemOf turns any error into what the caller sees. An error nobody classified is ours: 500, with its sentence.
func problemOf(err error) api.Problem {
	p := api.Problem{Status: http.StatusInternalServerError, Type: "urn:slipway:internal", Detail: err.Error()}
	var e *Error
	var c coded
	var he *echo.HTTPError
	switch {
	case errors.As(err, &e):
		p.Status, p.Type, p.Checks = e.Status, "urn:slipway:"+e.Code, e.Checks
	case errors.As(err, &c):
		p.Status, p.Type = http.StatusConflict, "urn:slipway:"+c.Code()
	case errors.As(err, &he):
		p.Status, p.Type, p.Detail = he.Code, "urn:slipway:http", fmt.Sprint(he.Message)
	}
	p.Title = http.StatusText(p.Status)
	return p
}

func writeProblem(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	p := problemOf(err)
	c.Set(outcomeKey, p.Type)
	body, _ := json.Marshal(p)
	if c.Request().Method == http.MethodHead {
		_ = c.NoContent(p.Status)
		return
	}
	_ = c.Blob(p.Status, "application/problem+json", body)
}

// WriteProblem answers err outside the generated routes.
func WriteProblem(w http.ResponseWriter, err error) {
	p := problemOf(err)
	body, _ := json.Marshal(p)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}
