package tui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The screens of the user's guide are the golden ones, without the empty lines above the keys.
func TestGuideShowsTheRealScreens(t *testing.T) {
	guide, err := os.ReadFile("../localui/guide/7-console.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/*-80x24.txt")
	if err != nil {
		t.Fatal(err)
	}
	var screens []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
		for len(lines) > 2 && lines[len(lines)-2] == "" {
			lines = slices.Delete(lines, len(lines)-2, len(lines)-1)
		}
		screens = append(screens, strings.Join(lines, "\n"))
	}
	parts := strings.Split(string(guide), "```")
	if len(parts) < 20 {
		t.Fatalf("the guide shows only %d screens", len(parts)/2)
	}
	for i := 1; i < len(parts); i += 2 {
		shown := strings.TrimSuffix(strings.TrimPrefix(parts[i], "text\n"), "\n")
		if !slices.Contains(screens, shown) {
			t.Errorf("the guide shows a screen that the console does not:\n%s", shown)
		}
	}
}
