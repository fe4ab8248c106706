package appliance

import (
	"strings"
	"testing"
)

// Feature 22.
func TestBranding(t *testing.T) {
	a, err := Parse([]byte("version: 1\nbranding:\n  name: Harbour OS\n  color: blue\n  text: |\n    Harbour OS\n    for docks\n"))
	if err != nil {
		t.Fatal(err)
	}
	a.Install.Branding = a.Branding // as slipway-build does
	settings, err := a.Install.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	read, err := ParseInstall(settings) // what the installer finds on the medium
	if err != nil {
		t.Fatal(err)
	}
	banner := read.Branding.Banner()
	if strings.Count(banner, "\r\n") != 3 || strings.Count(banner, "\x1b[97;44m") != 2 || !strings.HasSuffix(banner, "\x1b[0m\r\n") || !strings.Contains(banner, " for docks ") {
		t.Errorf("got %q", banner)
	}
	if plain := (Branding{Text: "one"}).Banner(); plain != "\r\none\r\n" {
		t.Errorf("without a colour: %q", plain)
	}
	if none := (Branding{Name: "x", Color: "red"}).Banner(); none != "" {
		t.Errorf("without a text: %q", none)
	}
	for text, want := range map[string]string{
		`name: 'a"; halt'`:                          "line 3, column 9: branding.name",
		"text: \"\\e[2J\"":                          "branding.text",
		"text: " + strings.Repeat("x", 77):          "branding.text",
		`text: "` + strings.Repeat(`x\n`, 13) + `"`: "branding.text",
		"color: '#ff0000'":                          "want one of blue, brown, cyan",
	} {
		if _, err := Parse([]byte("version: 1\nbranding:\n  " + text + "\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", text, err)
		}
	}
}
