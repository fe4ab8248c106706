package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/preset"
	"github.com/slipway-os/slipway/iso/appliance"
)

// Feature 7. A theme's folder comes to the host in its cloud-config; what a host would refuse is refused at the build.
func TestThemeOfAnAppliance(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		path := filepath.Join(dir, "theme", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("theme.yaml", "brandColor: '#0f5ba7'\nlinks: [{label: Wiki, url: 'https://wiki.example/'}]\npages: [{name: contacts, title: Contacts}]\n")
	put("pages/contacts.html", "<p>Harbour master</p>")
	put("logo.svg", `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><path d="M0 0h10"/></svg>`)
	a := appliance.Default()
	a.Theme = "theme"
	content, err := mediumContent(a, dir)
	if err != nil {
		t.Fatal(err)
	}
	p, err := preset.FromCloudConfig(content.UserData, time.Now())
	if err != nil || p.Theme == nil {
		t.Fatalf("%+v, %v", p, err)
	}
	logo, err := p.Theme.LogoBytes()
	if err != nil || !strings.HasPrefix(string(logo), "<svg") || p.Theme.Look.Links[0].Label != "Wiki" || p.Theme.Pages["contacts"] != "<p>Harbour master</p>" {
		t.Errorf("the host gets %+v, %v", p.Theme, err)
	}
	put("logo.svg", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
	if _, err := mediumContent(a, dir); err == nil || !strings.Contains(err.Error(), "logo.svg") {
		t.Errorf("a logo with a script: %v", err)
	}
	put("theme.yaml", "brandColor: blue\n")
	if _, err := mediumContent(a, dir); err == nil || !strings.Contains(err.Error(), "theme.yaml") {
		t.Errorf("a colour that is none: %v", err)
	}
}
