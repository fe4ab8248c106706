package apiserver

import (
	"context"
	"net/http"

	"github.com/slipway-os/slipway/agent/api"
)

// What the owner of a host uploads is shown, never run: no script, nothing from outside, an origin of its own. A link of a
// page may open a tab.
const (
	imagePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
	pagePolicy  = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; " +
		"frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)

// GetTheme tells how the pages look.
func (s *Server) GetTheme(ctx context.Context, _ api.GetThemeRequestObject) (api.GetThemeResponseObject, error) {
	return api.GetTheme200JSONResponse(s.Theme.Look(ctx)), nil
}

// GetThemeMenu lists what the owner added to the menu.
func (s *Server) GetThemeMenu(ctx context.Context, _ api.GetThemeMenuRequestObject) (api.GetThemeMenuResponseObject, error) {
	return api.GetThemeMenu200JSONResponse(s.Theme.Menu(ctx)), nil
}

// SetTheme replaces the look and the links.
func (s *Server) SetTheme(ctx context.Context, r api.SetThemeRequestObject) (api.SetThemeResponseObject, error) {
	return api.SetTheme204Response{}, s.Theme.Set(ctx, *r.Body)
}

// shown is an uploaded image or page as it goes out.
type shown struct {
	kind, policy string
	body         []byte
}

func (b shown) write(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Content-Type", b.kind)
	h.Set("Content-Security-Policy", b.policy)
	h.Set("Cache-Control", "no-cache")
	_, err := w.Write(b.body)
	return err
}

type logoAnswer struct{ shown }

func (a logoAnswer) VisitGetLogoResponse(w http.ResponseWriter) error { return a.write(w) }

type pageAnswer struct{ shown }

func (a pageAnswer) VisitGetPageResponse(w http.ResponseWriter) error {
	w.Header().Set("X-Frame-Options", "SAMEORIGIN") // the Local UI shows it in a frame
	return a.write(w)
}

// GetLogo answers with the image.
func (s *Server) GetLogo(ctx context.Context, _ api.GetLogoRequestObject) (api.GetLogoResponseObject, error) {
	data, kind, err := s.Theme.Logo(ctx)
	return logoAnswer{shown{kind, imagePolicy, data}}, err
}

// SetLogo replaces the image.
func (s *Server) SetLogo(ctx context.Context, r api.SetLogoRequestObject) (api.SetLogoResponseObject, error) {
	return api.SetLogo204Response{}, s.Theme.SetLogo(ctx, r.Body.Data)
}

// RemoveLogo goes back to the product's.
func (s *Server) RemoveLogo(ctx context.Context, _ api.RemoveLogoRequestObject) (api.RemoveLogoResponseObject, error) {
	return api.RemoveLogo204Response{}, s.Theme.SetLogo(ctx, nil)
}

// GetPage answers with a static page.
func (s *Server) GetPage(ctx context.Context, r api.GetPageRequestObject) (api.GetPageResponseObject, error) {
	html, err := s.Pages.Page(ctx, r.Name)
	return pageAnswer{shown{"text/html; charset=utf-8", pagePolicy, html}}, err
}

// SetPage adds or replaces one.
func (s *Server) SetPage(ctx context.Context, r api.SetPageRequestObject) (api.SetPageResponseObject, error) {
	return api.SetPage204Response{}, s.Pages.SetPage(ctx, r.Name, *r.Body)
}

// RemovePage takes one away.
func (s *Server) RemovePage(ctx context.Context, r api.RemovePageRequestObject) (api.RemovePageResponseObject, error) {
	return api.RemovePage204Response{}, s.Pages.RemovePage(ctx, r.Name)
}
