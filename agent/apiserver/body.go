package apiserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"github.com/slipway-os/slipway/agent/api"
)

// bodies are the schemas of the JSON bodies of the contract, by method and echo's route.
type bodies map[string]*openapi3.Schema

var parameter = regexp.MustCompile(`\{([^}]+)\}`)

// readBodies takes them from the contract. Its objects are closed (additionalProperties: false): a key that nobody knows is
// somebody's typing mistake, and to leave it out would do something else than was asked.
func readBodies() (bodies, error) {
	doc, err := api.GetSpec()
	if err != nil {
		return nil, fmt.Errorf("the API's own contract: %w", err)
	}
	b := bodies{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.RequestBody == nil {
				continue
			}
			if media := op.RequestBody.Value.Content.Get("application/json"); media != nil {
				relax(media.Schema)
				b[method+" /api/v1"+parameter.ReplaceAllString(path, ":$1")] = media.Schema.Value
			}
		}
	}
	return b, nil
}

// relax leaves to the subjects what they say better: their rules name the range of a number and what to do. A list without
// entries may be null, as Go writes it.
func relax(ref *openapi3.SchemaRef) {
	if ref == nil {
		return
	}
	s := ref.Value
	s.Min, s.Max = nil, nil
	s.Nullable = s.Nullable || s.Type.Is("array")
	for _, p := range s.Properties {
		relax(p)
	}
	relax(s.Items)
}

// check refuses a body that is not what the contract says, before a handler sees it. The answer names the place, never the
// value: it may be a password.
func (b bodies) check(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		schema := b[r.Method+" "+c.Path()]
		if schema == nil {
			return next(c)
		}
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		var v any
		if err := json.Unmarshal(text, &v); err != nil {
			return Errorf(http.StatusBadRequest, "body", "The body of %s %s is not JSON: send an object with %s.", r.Method, r.URL.Path, wanted(schema))
		}
		if err := schema.VisitJSON(v, openapi3.SetSchemaErrorMessageCustomizer(sentence)); err != nil {
			return Errorf(http.StatusBadRequest, "body", "The body of %s %s is wrong %s.", r.Method, r.URL.Path, err)
		}
		r.Body = io.NopCloser(bytes.NewReader(text))
		return next(c)
	}
}

// wanted names what an object must have.
func wanted(s *openapi3.Schema) string {
	if len(s.Required) == 0 {
		return "the keys of the OpenAPI document"
	}
	return strings.Join(s.Required, ", ")
}

func sentence(err *openapi3.SchemaError) string {
	var inner *openapi3.SchemaError
	if errors.As(err.Origin, &inner) {
		return sentence(inner)
	}
	return fmt.Sprintf("at /%s: %s", strings.Join(err.JSONPointer(), "/"), err.Reason)
}
