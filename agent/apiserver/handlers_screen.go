package apiserver

import (
	"context"
	"net/http"

	"github.com/slipway-os/slipway/agent/api"
)

// A definition's own screen runs its scripts in an origin of its own, without a way to anywhere: what it learns stays in its frame.
const screenPolicy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'self'; sandbox allow-scripts"

type screenAnswer struct{ shown }

func (a screenAnswer) VisitGetDefinitionScreenResponse(w http.ResponseWriter) error {
	w.Header().Set("X-Frame-Options", "SAMEORIGIN") // the wizard shows it in a frame
	return a.write(w)
}

// GetDefinitionScreen answers with the screen.
func (s *Server) GetDefinitionScreen(ctx context.Context, r api.GetDefinitionScreenRequestObject) (api.GetDefinitionScreenResponseObject, error) {
	html, err := s.Content.Screen(ctx, r.Name, r.Version)
	return screenAnswer{shown{"text/html; charset=utf-8", screenPolicy, html}}, err
}
