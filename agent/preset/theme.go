package preset

import (
	"encoding/base64"
	"fmt"

	"github.com/slipway-os/slipway/agent/theme"
)

// maxThemeBytes keeps a cloud-config with a theme below the size from which Kairos would ignore it.
const maxThemeBytes = 600 << 10

// Theme is a folder of agent/theme in one value.
type Theme struct {
	Look theme.Theme `yaml:"look"`
	// Logo is a PNG or SVG image in base64.
	Logo string `yaml:"logo,omitempty"`
	// Pages are the texts of Look's pages, HTML by name.
	Pages map[string]string `yaml:"pages,omitempty"`
}

// LogoBytes is the logo; nil without one.
func (t Theme) LogoBytes() ([]byte, error) {
	if t.Logo == "" {
		return nil, nil
	}
	return base64.StdEncoding.DecodeString(t.Logo)
}

func (t Theme) check() error {
	size := len(t.Logo)
	for _, p := range t.Look.Pages {
		text, ok := t.Pages[p.Name]
		if !ok {
			return fmt.Errorf("the page %s has no text", p.Name)
		}
		size += len(text)
	}
	if size > maxThemeBytes {
		return fmt.Errorf("logo and pages have %d KiB together; an appliance can bring %d", size>>10, maxThemeBytes>>10)
	}
	if _, err := t.LogoBytes(); err != nil {
		return fmt.Errorf("the logo is not base64: %w", err)
	}
	return t.Look.Validate()
}
