package apt

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name  string
		parse func(string) []string
		text  string
		want  []string
	}{
		{"one line", parseOneLine, "deb http://m/debian bookworm main contrib\n", []string{"deb http://m/debian bookworm main"}},
		{"one line with options", parseOneLine, "deb [arch=amd64 signed-by=/k.gpg] http://m bookworm-security main", []string{"deb http://m bookworm-security main"}},
		{"source packages", parseOneLine, "deb-src http://m bookworm main", nil},
		{"comment", parseOneLine, "# deb http://m bookworm main", nil},
		{"open bracket", parseOneLine, "deb [arch=amd64 http://m bookworm main", nil},
		{"bracket at the end", parseOneLine, "deb [a b c]", nil},
		{"other release", parseOneLine, "deb http://m trixie main", nil},
		{"backports", parseOneLine, "deb http://m bookworm-backports main", nil},
		{"no main", parseOneLine, "deb http://m bookworm contrib", nil},
		{"stanzas", parseDeb822,
			"Types: deb deb-src\nURIs: http://a http://b\n# comment: yes\nSuites: bookworm bookworm-updates bookworm-backports\nComponents: main\nSigned-By: /k\n\n" +
				"types: deb\nuris: http://s\nsuites: bookworm-security\ncomponents: main\n",
			[]string{"deb http://a bookworm main", "deb http://a bookworm-updates main",
				"deb http://b bookworm main", "deb http://b bookworm-updates main", "deb http://s bookworm-security main"}},
		{"disabled stanza", parseDeb822, "Types: deb\nURIs: http://a\nSuites: bookworm\nComponents: main\nEnabled: no\n", nil},
		{"empty", parseDeb822, "", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.parse(test.text); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestSources(t *testing.T) {
	dir := t.TempDir()
	if _, err := Sources(dir); !errors.Is(err, errNoSource) {
		t.Errorf("without sources: %v", err)
	}
	files := map[string]string{
		"sources.list":                  "deb http://m bookworm main\n",
		"sources.list.d/d.sources":      "Types: deb\nURIs: http://m\nSuites: bookworm\nComponents: main\n",
		"sources.list.d/off.list.saved": "deb http://never bookworm main\n",
		"sources.list.d/s.list":         "deb http://s bookworm-security main\n",
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Sources(dir)
	want := []string{"deb http://m bookworm main", "deb http://s bookworm-security main"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}

func TestMissingPackages(t *testing.T) {
	find := func(tool string) (string, error) {
		if tool == "ip" {
			return "/bin/ip", nil
		}
		return "", &exec.Error{Name: tool, Err: exec.ErrNotFound}
	}
	got := missingPackages(map[string]string{"ip": "iproute2", "losetup": "mount", "b": "a", "c": "mount"}, find)
	if want := []string{"a", "mount"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("deb [a] u bookworm main")
	f.Add("Types: deb\nURIs: u\nSuites: bookworm\nComponents: main\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, line := range append(parseOneLine(text), parseDeb822(text)...) {
			if fields := strings.Fields(line); len(fields) != 4 || !wantedSuite(fields[2]) {
				t.Errorf("%q is no source", line)
			}
		}
	})
}
