package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/theme"
)

// themes shows the look of the Local UI through the API.
type themes struct{ a *Agent }

// Look is the usual one where the files are wrong; Menu says why.
func (t themes) Look(context.Context) api.Theme {
	s := t.a.theme
	l, err := s.Load()
	if err != nil {
		t.a.log.Warn("the theme is not used", "error", err)
	}
	out := api.Theme{BrandColor: l.BrandColor, SidebarColor: l.SidebarColor, Banner: l.Banner}
	if l.Consent != nil {
		out.Consent = api.Consent{Title: l.Consent.Title, Text: l.Consent.Text}
	}
	if data, _, err := s.Logo(); err == nil {
		sum := sha256.Sum256(data)
		out.Logo = hex.EncodeToString(sum[:8])
	}
	return out
}

func (t themes) Menu(context.Context) api.ThemeMenu {
	s := t.a.theme
	l, err := s.Load()
	out := api.ThemeMenu{Links: []api.MenuLink{}, Pages: []api.MenuPage{}}
	for _, x := range l.Links {
		out.Links = append(out.Links, api.MenuLink{Label: x.Label, Url: x.URL, Group: x.Group, Frame: x.Frame})
	}
	for _, p := range l.Pages {
		out.Pages = append(out.Pages, api.MenuPage{Name: p.Name, Title: p.Title, Group: p.Group})
	}
	if _, _, lerr := s.Logo(); err == nil && !errors.Is(lerr, theme.ErrNone) {
		err = lerr
	}
	if err != nil {
		out.Trouble = sentence(err)
	}
	return out
}

func (t themes) Set(_ context.Context, c api.ThemeChange) error {
	n := theme.Theme{BrandColor: c.BrandColor, SidebarColor: c.SidebarColor, Banner: c.Banner}
	if c.Consent != (api.Consent{}) {
		n.Consent = &theme.Consent{Title: c.Consent.Title, Text: c.Consent.Text}
	}
	for _, l := range c.Links {
		n.Links = append(n.Links, theme.Link{Label: l.Label, URL: l.Url, Group: l.Group, Frame: l.Frame})
	}
	return themeError(t.a.theme.Save(n))
}

func (t themes) Logo(context.Context) (data []byte, kind string, err error) {
	data, kind, err = t.a.theme.Logo()
	return data, kind, themeError(err)
}

// SetLogo without data goes back to the product's.
func (t themes) SetLogo(_ context.Context, data []byte) error {
	if data == nil {
		return themeError(t.a.theme.RemoveLogo())
	}
	return themeError(t.a.theme.SetLogo(data))
}

func (t themes) Page(_ context.Context, name string) ([]byte, error) {
	html, err := t.a.theme.Page(name)
	return html, themeError(err)
}

func (t themes) SetPage(_ context.Context, name string, p api.StaticPage) error {
	return themeError(t.a.theme.SetPage(theme.Page{Name: name, Title: p.Title, Group: p.Group}, []byte(p.Html)))
}

func (t themes) RemovePage(_ context.Context, name string) error {
	return themeError(t.a.theme.RemovePage(name))
}

// Frames are the origins that the pages may show inside.
func (t themes) Frames() []string {
	l, _ := t.a.theme.Load()
	return l.Frames()
}

func themeError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, theme.ErrNone):
		return apiserver.Errorf(http.StatusNotFound, "not-found", "This host has no logo or page of that name of its own.")
	}
	return apiserver.Errorf(http.StatusUnprocessableEntity, "theme:refused", "%s", sentence(err))
}
