package theme

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxBanner  = 500  // characters
	maxConsent = 8000 // characters
	maxTitle   = 80   // characters
	maxLinks   = 50
	maxPages   = 20
	maxURL     = 2048 // bytes
)

var (
	color    = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	pageName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
)

// Theme is theme.yaml. Everything may be empty.
type Theme struct {
	BrandColor   string   `yaml:"brandColor,omitempty"`   // #rrggbb
	SidebarColor string   `yaml:"sidebarColor,omitempty"` // #rrggbb
	Banner       string   `yaml:"banner,omitempty"`       // one line on every page, at most 500 characters
	Consent      *Consent `yaml:"consent,omitempty"`
	Links        []Link   `yaml:"links,omitempty"` // at most 50
	Pages        []Page   `yaml:"pages,omitempty"` // at most 20
}

// Consent is what people agree to before they see the log-in.
type Consent struct {
	Title string `yaml:"title"`
	Text  string `yaml:"text"` // at most 8000 characters
}

// Link is one more entry of the menu.
type Link struct {
	Label string `yaml:"label"`
	URL   string `yaml:"url"`             // http or https
	Group string `yaml:"group,omitempty"` // heading in the menu
	Frame bool   `yaml:"frame,omitempty"` // inside the Local UI instead of in a tab of its own; https only
}

// Page is one static page; its text is pages/NAME.html.
type Page struct {
	Name  string `yaml:"name"` // lower-case letters, digits and -, at most 40
	Title string `yaml:"title"`
	Group string `yaml:"group,omitempty"`
}

// Validate tells what is wrong.
func (t Theme) Validate() error {
	for what, c := range map[string]string{"brandColor": t.BrandColor, "sidebarColor": t.SidebarColor} {
		if c != "" && !color.MatchString(c) {
			return fmt.Errorf("%s is no colour such as #0f5ba7", what)
		}
	}
	if !plain(t.Banner, maxBanner, "") {
		return fmt.Errorf("the banner is one line of at most %d characters", maxBanner)
	}
	if c := t.Consent; c != nil && (!plain(c.Title, maxTitle, "") || !plain(c.Text, maxConsent, "\n") || strings.TrimSpace(c.Text) == "") {
		return fmt.Errorf("the consent needs a text of at most %d characters, and its title is one line of at most %d", maxConsent, maxTitle)
	}
	if len(t.Links) > maxLinks || len(t.Pages) > maxPages {
		return fmt.Errorf("at most %d links and %d pages are allowed", maxLinks, maxPages)
	}
	for _, l := range t.Links {
		if err := l.validate(); err != nil {
			return err
		}
	}
	for i, p := range t.Pages {
		if err := p.validate(); err != nil {
			return err
		}
		if slices.ContainsFunc(t.Pages[:i], func(o Page) bool { return o.Name == p.Name }) {
			return fmt.Errorf("there are two pages with the name %s", p.Name)
		}
	}
	return nil
}

func (l Link) validate() error {
	if strings.TrimSpace(l.Label) == "" || !plain(l.Label, maxTitle, "") || !plain(l.Group, maxTitle, "") {
		return fmt.Errorf("a link needs a label; label and group are one line of at most %d characters", maxTitle)
	}
	u, err := url.Parse(l.URL)
	switch {
	case err != nil || len(l.URL) > maxURL || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(l.URL, " ;,'\"\t\r\n"):
		return fmt.Errorf("the link %s needs an address such as https://grafana.example/", l.Label)
	case u.User != nil:
		return fmt.Errorf("the link %s has a user or password in its address; everybody would see it", l.Label)
	case l.Frame && u.Scheme != "https":
		return fmt.Errorf("the link %s cannot be shown inside: browsers refuse http in a page that came by https; use https, or a tab of its own", l.Label)
	}
	return nil
}

func (p Page) validate() error {
	if !pageName.MatchString(p.Name) {
		return errors.New("the name of a page is 1 to 40 lower-case letters, digits and -")
	}
	if strings.TrimSpace(p.Title) == "" || !plain(p.Title, maxTitle, "") || !plain(p.Group, maxTitle, "") {
		return fmt.Errorf("the page %s needs a title; title and group are one line of at most %d characters", p.Name, maxTitle)
	}
	return nil
}

// Frames are the origins that pages of the Local UI may show inside, for its content security policy.
func (t Theme) Frames() (origins []string) {
	for _, l := range t.Links {
		if u, err := url.Parse(l.URL); err == nil && l.Frame && !slices.Contains(origins, "https://"+u.Host) {
			origins = append(origins, "https://"+u.Host)
		}
	}
	return origins
}

// plain is text that can be shown as it is: valid, and no control characters but those in also.
func plain(s string, limit int, also string) bool {
	return utf8.RuneCountInString(s) <= limit && utf8.ValidString(s) &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune(also, r) })
}
