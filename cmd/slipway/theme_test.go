package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
)

// The file of a host can be given to another one as it is.
func TestReadTheme(t *testing.T) {
	for text, want := range map[string]string{
		"brandColor: '#0f5ba7'\nconsent: {title: a, text: b}\nlinks: [{label: x, url: https://x, frame: true}]\npages: [{name: a, title: b}]\n": "",
		"{\"banner\": \"x\"}": "",
		"brandColour: x\n":    "brandColour",
		"":                    "is empty",
	} {
		file := filepath.Join(t.TempDir(), "theme.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := readTheme(file)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
		if c.BrandColor != "" && (c.Consent != api.Consent{Title: "a", Text: "b"} || len(c.Links) != 1 || !c.Links[0].Frame) {
			t.Errorf("%q: %+v", text, c)
		}
	}
	if _, err := readTheme(""); err == nil {
		t.Error("no file is taken")
	}
}
