package main

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/agent/strictyaml"
)

const (
	maxThemeFile = 256 << 10 // bytes
	maxLogoFile  = 256 << 10 // bytes
	maxPageFile  = 512 << 10 // bytes
)

// themeShown is all of a theme but its images and texts.
type themeShown struct {
	api.Theme
	api.ThemeMenu
}

func (c *cli) themeCommand() *cobra.Command {
	show := &cobra.Command{Use: "show", Short: "Show how the Local UI looks", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			look, err := apiclient.Decode[api.Theme](client, func() (*http.Response, error) { return client.GetTheme(ctx) })
			if err != nil {
				return err
			}
			menu, err := apiclient.Decode[api.ThemeMenu](client, func() (*http.Response, error) { return client.GetThemeMenu(ctx) })
			if err != nil {
				return err
			}
			return c.print(themeShown{look, menu}, func(w io.Writer) { themeTable(w, look, menu) })
		})
	}}
	var file string
	set := &cobra.Command{Use: "set -f FILE", Short: "Replace colours, banner, consent and links by those of a file; see the guide", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		change, err := readTheme(file)
		if err != nil {
			return err
		}
		return c.done(cmd, func(ctx context.Context, client *apiclient.Client) (*http.Response, error) {
			return client.SetTheme(ctx, change)
		})
	}}
	set.Flags().StringVarP(&file, "file", "f", "", "YAML file; - reads standard input")
	return group("theme", "How the Local UI of this host looks", show, set, c.logoCommand(), c.pageCommand())
}

func themeTable(w io.Writer, look api.Theme, menu api.ThemeMenu) {
	logo := "the product's"
	if look.Logo != "" {
		logo = "own, " + look.Logo
	}
	fmt.Fprintf(w, "Brand colour\t%s\nSidebar colour\t%s\nLogo\t%s\nBanner\t%s\nConsent\t%s\n", orDash(look.BrandColor), orDash(look.SidebarColor), logo, orDash(look.Banner), orDash(look.Consent.Title))
	for _, l := range menu.Links {
		fmt.Fprintf(w, "Link %s\t%s (%s)\n", l.Label, l.Url, orDash(l.Group))
	}
	for _, p := range menu.Pages {
		fmt.Fprintf(w, "Page %s\t%s (%s)\n", p.Name, p.Title, orDash(p.Group))
	}
	if menu.Trouble != "" {
		fmt.Fprintf(w, "Trouble\t%s\n", menu.Trouble)
	}
}

// themeFile is theme.yaml as a person writes it; the keys are those of the file on the host.
type themeFile struct {
	BrandColor   string `yaml:"brandColor"`
	SidebarColor string `yaml:"sidebarColor"`
	Banner       string `yaml:"banner"`
	Consent      struct {
		Title string `yaml:"title"`
		Text  string `yaml:"text"`
	} `yaml:"consent"`
	Links []struct {
		Label string `yaml:"label"`
		URL   string `yaml:"url"`
		Group string `yaml:"group"`
		Frame bool   `yaml:"frame"`
	} `yaml:"links"`
	// Pages are in the file of a host, and are set one by one: their texts are not in it.
	Pages []struct {
		Name  string `yaml:"name"`
		Title string `yaml:"title"`
		Group string `yaml:"group"`
	} `yaml:"pages"`
}

func readTheme(file string) (api.ThemeChange, error) {
	if file == "" {
		return api.ThemeChange{}, usagef("theme set needs -f FILE")
	}
	text, err := readBounded(file, maxThemeFile)
	if err != nil {
		return api.ThemeChange{}, err
	}
	var t themeFile
	if err := strictyaml.Unmarshal(text, maxThemeFile, &t); err != nil {
		return api.ThemeChange{}, fmt.Errorf("%s %w", file, err)
	}
	change := api.ThemeChange{BrandColor: t.BrandColor, SidebarColor: t.SidebarColor, Banner: t.Banner, Consent: api.Consent{Title: t.Consent.Title, Text: t.Consent.Text}, Links: []api.MenuLink{}}
	for _, l := range t.Links {
		change.Links = append(change.Links, api.MenuLink{Label: l.Label, Url: l.URL, Group: l.Group, Frame: l.Frame})
	}
	return change, nil
}

func (c *cli) logoCommand() *cobra.Command {
	set := &cobra.Command{Use: "set FILE", Short: "Show a PNG or SVG image as the logo", Args: one("image file"), RunE: func(cmd *cobra.Command, args []string) error {
		data, err := readBounded(args[0], maxLogoFile)
		if err != nil {
			return err
		}
		return c.done(cmd, func(ctx context.Context, client *apiclient.Client) (*http.Response, error) {
			return client.SetLogo(ctx, api.Logo{Data: data})
		})
	}}
	remove := &cobra.Command{Use: "remove", Short: "Show the product's own logo again", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.done(cmd, func(ctx context.Context, client *apiclient.Client) (*http.Response, error) {
			return client.RemoveLogo(ctx)
		})
	}}
	return group("logo", "The logo of the Local UI", set, remove)
}

func (c *cli) pageCommand() *cobra.Command {
	var page api.StaticPage
	set := &cobra.Command{Use: "set NAME FILE --title TITLE", Short: "Add or replace a static page; FILE is HTML, without scripts", Args: two("name and one HTML file"), RunE: func(cmd *cobra.Command, args []string) error {
		html, err := readBounded(args[1], maxPageFile)
		if err != nil {
			return err
		}
		page.Html = string(html)
		return c.done(cmd, func(ctx context.Context, client *apiclient.Client) (*http.Response, error) {
			return client.SetPage(ctx, args[0], page)
		})
	}}
	set.Flags().StringVar(&page.Title, "title", "", "how the menu names it")
	set.Flags().StringVar(&page.Group, "group", "", "heading in the menu under which it stands")
	remove := &cobra.Command{Use: "remove NAME", Short: "Take a static page away", Args: one("name"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.done(cmd, func(ctx context.Context, client *apiclient.Client) (*http.Response, error) {
			return client.RemovePage(ctx, args[0])
		})
	}}
	return group("page", "Static pages in the menu of the Local UI", set, remove)
}

// done makes one call that answers nothing.
func (c *cli) done(cmd *cobra.Command, call func(context.Context, *apiclient.Client) (*http.Response, error)) error {
	return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
		_, err := apiclient.Decode[struct{}](client, func() (*http.Response, error) { return call(ctx, client) })
		return err
	})
}
