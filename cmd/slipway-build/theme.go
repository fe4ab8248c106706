package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/slipway-os/slipway/agent/preset"
	"github.com/slipway-os/slipway/agent/theme"
)

// readTheme reads a theme's folder with the rules of the host, so that what is wrong shows at the build.
func readTheme(dir string) (*preset.Theme, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	store := theme.Open(dir)
	look, err := store.Load()
	if err != nil {
		return nil, err
	}
	out := &preset.Theme{Look: look}
	logo, _, err := store.Logo()
	if err != nil && !errors.Is(err, theme.ErrNone) {
		return nil, err
	}
	out.Logo = base64.StdEncoding.EncodeToString(logo)
	for _, p := range look.Pages {
		text, err := store.Page(p.Name)
		if err != nil {
			return nil, fmt.Errorf("page %s of %s: %w", p.Name, dir, err)
		}
		if out.Pages == nil {
			out.Pages = map[string]string{}
		}
		out.Pages[p.Name] = string(text)
	}
	for _, problem := range (preset.Preset{Theme: out}).Check(time.Now()) {
		return nil, fmt.Errorf("%s: %s", dir, problem.Message)
	}
	return out, nil
}
