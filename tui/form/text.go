package form

import (
	"fmt"
	"strings"
	"unicode"
)

// Stamp shows a time to the second; say which zone it is in.
const Stamp = "2006-01-02 15:04:05"

// Clean makes text from anywhere safe to draw: control characters, which a terminal would obey, become spaces.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}

// Wrap breaks text into lines of at most width characters: at line ends, else at spaces, else within a word that is longer.
func Wrap(text string, width int) []string {
	width = max(width, 1)
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		out = append(out, wrapLine([]rune(Clean(line)), width)...)
	}
	return out
}

func wrapLine(r []rune, width int) (out []string) {
	for len(r) > width {
		cut := width
		for i := width; i > 0; i-- {
			if r[i] == ' ' {
				cut = i
				break
			}
		}
		out = append(out, strings.TrimRight(string(r[:cut]), " "))
		r = r[cut:]
		for len(r) > 0 && r[0] == ' ' {
			r = r[1:]
		}
	}
	return append(out, string(r))
}

// Cut shortens text to width characters and shows that it did.
func Cut(text string, width int) string {
	r := []rune(Clean(text))
	switch {
	case len(r) <= width:
		return string(r)
	case width < 2:
		return string(r[:max(width, 0)])
	}
	return string(r[:width-1]) + "~"
}

// Pad is text of exactly width characters.
func Pad(text string, width int) string {
	return fmt.Sprintf("%-*s", width, Cut(text, width))
}

// Size is an amount of bytes for people.
func Size(n int64) string {
	switch {
	case n >= 1<<40:
		return fmt.Sprintf("%.1f TiB", float64(n)/(1<<40))
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	}
	return fmt.Sprintf("%d MiB", n>>20)
}

// OrDash shows that there is nothing.
func OrDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// Token takes the white space out of a pasted link token: terminals break long lines.
func Token(pasted string) string { return strings.Join(strings.Fields(pasted), "") }

// tokenStart is how every link token begins: base64url of {".
const tokenStart = "eyJ"

// IsToken says whether text may become a link token when more is typed.
func IsToken(text string) bool {
	stray := strings.ContainsFunc(text, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	return !stray && (strings.HasPrefix(text, tokenStart) || strings.HasPrefix(tokenStart, text))
}

// Lines cleans text of several lines.
func Lines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(Clean(line), " ")
	}
	return strings.Join(lines, "\n")
}
