package theme

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func svg(inner string) string {
	return `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">` + inner + `</svg>`
}

func pngOf(t testing.TB, w, h int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Features 48, 49 and 51.
func TestSavedAndLoaded(t *testing.T) {
	s := Open(filepath.Join(t.TempDir(), "theme"))
	if got, err := s.Load(); err != nil || got.BrandColor != "" {
		t.Fatalf("at first: %+v, %v", got, err)
	}
	want := Theme{BrandColor: "#0F5ba7", SidebarColor: "#1c2430", Banner: "For members only.", Consent: &Consent{"Terms", "Line one\n\nLine two"},
		Links: []Link{{"Grafana", "https://grafana.example:3000/d/1?x=1", "Tools", true}, {"Wiki", "http://10.0.0.9/", "", false}, {"Logs", "https://grafana.example:3000/logs", "Tools", true}}}
	if err := s.Save(want); err != nil {
		t.Fatal(err)
	}
	got, err := s.Load()
	if err != nil || got.BrandColor != want.BrandColor || got.Banner != want.Banner || *got.Consent != *want.Consent || !slices.Equal(got.Links, want.Links) {
		t.Errorf("%+v, %v", got, err)
	}
	if f := got.Frames(); !slices.Equal(f, []string{"https://grafana.example:3000"}) {
		t.Errorf("frames of %v", f)
	}
}

func TestRefusedThemes(t *testing.T) {
	link := func(l Link) Theme { return Theme{Links: []Link{l}} }
	for name, c := range map[string]struct {
		theme Theme
		want  string
	}{
		"colour word":       {Theme{BrandColor: "red"}, "brandColor"},
		"colour and more":   {Theme{SidebarColor: "#123456;x"}, "sidebarColor"},
		"two-line banner":   {Theme{Banner: "a\nb"}, "one line"},
		"long banner":       {Theme{Banner: strings.Repeat("x", 501)}, "500"},
		"empty consent":     {Theme{Consent: &Consent{"Terms", " \n"}}, "needs a text"},
		"escape in consent": {Theme{Consent: &Consent{"Terms", "\x1b[2J"}}, "needs a text"},
		"script link":       {link(Link{Label: "x", URL: "javascript:alert(1)"}), "needs an address"},
		"relative link":     {link(Link{Label: "x", URL: "/api/v1/logout"}), "needs an address"},
		"policy in link":    {link(Link{Label: "x", URL: "https://a.example;script-src", Frame: true}), "needs an address"},
		"password in link":  {link(Link{Label: "x", URL: "https://u:p@a.example"}), "everybody would see"},
		"http in a frame":   {link(Link{Label: "x", URL: "http://a.example", Frame: true}), "refuse http"},
		"no label":          {link(Link{URL: "https://a.example"}), "needs a label"},
		"too many":          {Theme{Links: make([]Link, 51)}, "at most 50"},
		"path as page":      {Theme{Pages: []Page{{Name: "../x", Title: "x"}}}, "name of a page"},
		"page twice":        {Theme{Pages: []Page{{Name: "x", Title: "x"}, {Name: "x", Title: "y"}}}, "two pages"},
	} {
		if err := c.theme.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestABrokenFileIsTheUsualLook(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"brandColour: red\n", "brandColor: red\n", "links: {", strings.Repeat("# long\n", 1<<16)} {
		if err := os.WriteFile(filepath.Join(dir, themeFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Open(dir).Load(); err == nil || got.BrandColor != "" || !strings.Contains(err.Error(), "mend the file") {
			t.Errorf("%.20q: %+v, %v", text, got, err)
		}
	}
	if err := Open(dir).Save(Theme{BrandColor: "#000000"}); err != nil {
		t.Errorf("a broken file cannot be replaced: %v", err)
	}
}

func TestLogo(t *testing.T) {
	s := Open(t.TempDir())
	for _, c := range []struct{ image, kind string }{{svg(`<path d="M0 0"/><use xlink:href="#a"/>`), SVG}, {pngOf(t, 9, 9), PNG}, {svg(""), SVG}} {
		if err := s.SetLogo([]byte(c.image)); err != nil {
			t.Fatal(err)
		}
		if data, kind, err := s.Logo(); err != nil || kind != c.kind || string(data) != c.image {
			t.Errorf("%s: %q, %v", kind, data, err)
		}
	}
	if err := s.RemoveLogo(); err != nil {
		t.Error(err)
	}
	if _, _, err := s.Logo(); !errors.Is(err, ErrNone) {
		t.Errorf("removed: %v", err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "logo.svg"), []byte(svg("<script/>")), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Logo(); err == nil || errors.Is(err, ErrNone) {
		t.Errorf("a logo that was put there by hand: %v", err)
	}
}

func TestRefusedLogos(t *testing.T) {
	for name, c := range map[string]struct{ image, want string }{
		"nothing":            {"", "neither"},
		"HTML":               {"<html><body/></html>", "neither"},
		"JPEG":               {"\xff\xd8\xff\xe0", "neither"},
		"svg of nobody":      {"<svg/>", "neither"},
		"huge":               {strings.Repeat("x", maxLogo+1), "KiB"},
		"large picture":      {pngOf(t, 2049, 1), "2049 by 1"},
		"cut picture":        {pngOf(t, 9, 9)[:40], "cannot be read"},
		"script":             {svg(`<script>alert(1)</script>`), "script"},
		"script elsewhere":   {svg(`<x:SCRIPT xmlns:x="http://www.w3.org/1999/xhtml"/>`), "SCRIPT"},
		"foreign object":     {svg(`<foreignObject/>`), "foreignObject"},
		"handler":            {svg(`<g onload="alert(1)"/>`), "onload"},
		"outside image":      {svg(`<image href="https://evil.example/x.png"/>`), "outside"},
		"outside by xlink":   {svg(`<use xlink:href="//evil.example/x.svg#a"/>`), "outside"},
		"script link":        {svg(`<a href="javascript:alert(1)"/>`), "outside"},
		"SVG in data":        {svg(`<image href="data:image/svg+xml,x"/>`), "outside"},
		"import":             {svg(`<style>@import "//evil.example";</style>`), "style"},
		"style url":          {svg(`<style>a{fill:url(//evil.example)}</style>`), "style"},
		"attribute url":      {svg(`<g style="fill: URL( 'https://evil.example')"/>`), "style"},
		"animated reference": {svg(`<set attributeName="xlink:href" to="x"/>`), "by itself"},
		"entities":           {`<!DOCTYPE svg [<!ENTITY a "aaaa">]>` + svg(""), "entities"},
		"style sheet":        {`<?xml-stylesheet href="x.css"?>` + svg(""), "instruction"},
	} {
		if kind, err := logoKind([]byte(c.image)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %s, %v, want %q", name, kind, err, c.want)
		}
	}
	for name, image := range map[string]string{
		"gradient":     svg(`<defs><linearGradient id="a"/></defs><rect fill="url(#a)" style="fill:url('#a')"/><style>.b{fill:url(#a)}</style>`),
		"old document": `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">` + svg(`<text>Hi</text>`),
		"picture":      svg(`<image href="data:image/png;base64,AAAA"/>`),
	} {
		if kind, err := logoKind([]byte(image)); err != nil || kind != SVG {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Feature 50.
func TestPages(t *testing.T) {
	s := Open(t.TempDir())
	if err := s.SetPage(Page{Name: "contacts", Title: "Contacts"}, []byte("<p>one</p>")); err != nil {
		t.Fatal(err)
	}
	if err := s.SetPage(Page{Name: "contacts", Title: "People", Group: "Help"}, []byte("<p>two</p>")); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(Theme{Banner: "hello"}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Load()
	if text, perr := s.Page("contacts"); err != nil || perr != nil || string(text) != "<p>two</p>" || len(got.Pages) != 1 || got.Pages[0].Title != "People" || got.Banner != "hello" {
		t.Errorf("%+v, %v, %v", got, err, perr)
	}
	for _, name := range []string{"other", "../theme", ""} {
		if _, err := s.Page(name); !errors.Is(err, ErrNone) {
			t.Errorf("page %q: %v", name, err)
		}
	}
	for _, bad := range []Page{{Name: "../evil", Title: "x"}, {Name: "x"}} {
		if err := s.SetPage(bad, nil); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	if err := s.SetPage(Page{Name: "big", Title: "Big"}, make([]byte, maxHTML+1)); err == nil {
		t.Error("a page without end is taken")
	}
	if err := s.RemovePage("contacts"); err != nil {
		t.Error(err)
	}
	if err := s.RemovePage("contacts"); !errors.Is(err, ErrNone) {
		t.Errorf("removed twice: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.dir, "pages/*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func FuzzLogo(f *testing.F) {
	f.Add([]byte(svg(`<script/>`)))
	f.Add([]byte(pngOf(f, 1, 1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		kind, err := logoKind(data)
		if err == nil && kind == SVG && bytes.Contains(bytes.ToLower(data), []byte("<script")) && !bytes.Contains(data, []byte("<!--")) && !bytes.Contains(data, []byte("CDATA")) {
			t.Errorf("%q is taken", data)
		}
	})
}
