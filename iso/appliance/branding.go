package appliance

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Branding is what the medium shows of the appliance's maker.
type Branding struct {
	// Name takes the place of Slipway's in the boot menu.
	Name string `yaml:"name,omitempty"`
	// Text is shown before an installation: up to 12 lines of 76 characters.
	Text string `yaml:"text,omitempty"`
	// Color is the ground of the text and of the chosen line of the boot menu; the letters are white.
	Color string `yaml:"color,omitempty"`
}

const (
	brandLines = 12
	brandWidth = 76 // characters: a serial line has 80
)

// colors are names that GRUB knows (GRUB manual, "Theme file format" and color_normal), with the number of the same ground
// in ECMA-48, 8.3.117.
var colors = map[string]int{"red": 41, "green": 42, "brown": 43, "blue": 44, "magenta": 45, "cyan": 46}

// brandName has no sign that GRUB reads as its own.
var brandName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$`)

func (b Branding) rules() []rule {
	lines := b.lines()
	long := slices.ContainsFunc(lines, func(line string) bool { return len([]rune(line)) > brandWidth })
	strange := strings.ContainsFunc(b.Text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) })
	return []rule{
		{[]string{"name"}, unless(b.Name == "" || brandName.MatchString(b.Name), "want up to 40 letters, digits, blanks, dots, dashes and underscores")},
		{[]string{"text"}, unless(len(lines) <= brandLines && !long && !strange, fmt.Sprintf("want up to %d lines of %d printable characters", brandLines, brandWidth))},
		{[]string{"color"}, unless(b.Color == "" || colors[b.Color] != 0, "want one of "+strings.Join(slices.Sorted(maps.Keys(colors)), ", "))},
	}
}

func (b Branding) lines() []string {
	text := strings.TrimRight(b.Text, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// Banner is the text for a terminal, on its ground; empty without a text.
func (b Branding) Banner() string {
	var out strings.Builder
	for _, line := range b.lines() {
		if ground := colors[b.Color]; ground != 0 {
			line = fmt.Sprintf("\x1b[97;%dm %s%s \x1b[0m", ground, line, strings.Repeat(" ", brandWidth-len([]rune(line))))
		}
		out.WriteString("\r\n" + line)
	}
	if out.Len() > 0 {
		out.WriteString("\r\n")
	}
	return out.String()
}
