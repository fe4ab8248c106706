package tui

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const guideFile = "../localui/guide/7-console.md"

// picture is a screen in the guide; its name behind "text" is that of a golden one.
var picture = regexp.MustCompile("(?ms)^```text ([a-z0-9-]+)\n(.*?)^```$")

// The screens of the user's guide are the golden ones of a text console, without the empty lines above the keys; -update
// writes them anew. Each page of the console is among them.
func TestGuideShowsTheRealScreens(t *testing.T) {
	guide, err := os.ReadFile(guideFile)
	if err != nil {
		t.Fatal(err)
	}
	titles := map[string]bool{}
	now := picture.ReplaceAllStringFunc(string(guide), func(block string) string {
		name := picture.FindStringSubmatch(block)[1]
		screen := goldenScreen(t, "testdata/"+name+"-80x24.txt")
		titles[titleOf(screen)] = true
		return "```text " + name + "\n" + screen + "\n```"
	})
	if *update {
		if err := os.WriteFile(guideFile, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if now != string(guide) {
		t.Errorf("the screens of %s are not the golden ones: go test ./tui -update, and look at the difference", guideFile)
	}
	if blocks := strings.Count(now, "\n```text"); blocks != len(picture.FindAllString(now, -1)) {
		t.Errorf("%d screens of the guide, not all with the name of a golden one", blocks)
	}
	files, err := filepath.Glob("testdata/*-80x24.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if title := titleOf(goldenScreen(t, file)); !titles[title] {
			t.Errorf("the guide shows no page %q, such as %s", title, file)
		}
	}
}

func goldenScreen(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	last := func() int { return len(lines) - 2 }
	for last() > 0 && lines[last()] == "" {
		lines = slices.Delete(lines, last(), last()+1)
	}
	return strings.Join(lines, "\n")
}

// titleOf is the page's, without what it is about: adapters and targets.
func titleOf(screen string) string {
	first, _, _ := strings.Cut(screen, "\n")
	title := first[strings.LastIndex(first, "  ")+2:]
	for _, of := range []string{"Adapter ", "Ping ", "DNS h", "Port "} {
		if strings.HasPrefix(title, of) {
			return strings.TrimSpace(of)
		}
	}
	return title
}
