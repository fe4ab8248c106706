package apt

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Suite is the Debian release that Slipway is made of.
const Suite = "bookworm"

// ConfigDir holds this machine's own apt configuration, which names the mirror.
const ConfigDir = "/etc/apt"

var errNoSource = errors.New("this machine's apt has no source for Debian 12 (" + Suite + "): " +
	"add one to /etc/apt/sources.list.d, then build again")

// Sources finds Debian 12 in the machine's apt configuration and returns
// one-line source entries: the release, its updates and its security fixes.
func Sources(dir string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "sources.list.d", "*"))
	if err != nil {
		return nil, err
	}
	paths = append([]string{filepath.Join(dir, "sources.list")}, paths...)
	var lines []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, fmt.Errorf("read apt sources: %w", err)
		}
		switch filepath.Ext(path) {
		case ".list":
			lines = append(lines, parseOneLine(string(text))...)
		case ".sources":
			lines = append(lines, parseDeb822(string(text))...)
		}
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	for _, line := range lines {
		if strings.Contains(line, " "+Suite+" ") {
			return lines, nil
		}
	}
	return nil, errNoSource
}

// wantedSuite accepts the release, its updates and its security fixes, but not
// backports, whose packages would replace the tested ones.
func wantedSuite(name string) bool {
	return name == Suite || name == Suite+"-updates" || name == Suite+"-security"
}

// parseOneLine reads the format of sources.list(5), one source in a line.
func parseOneLine(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[0] != "deb" {
			continue
		}
		end := 1 // options, in brackets, are dropped: mmdebstrap finds the keys itself
		if strings.HasPrefix(fields[1], "[") {
			end = slices.IndexFunc(fields, func(f string) bool { return strings.HasSuffix(f, "]") }) + 1
		}
		if end == 0 || len(fields) < end+3 {
			continue
		}
		out = appendSource(out, fields[end:end+1], fields[end+1:end+2], fields[end+2:])
	}
	return out
}

// parseDeb822 reads the format of sources.list(5) that has a stanza for each source.
func parseDeb822(text string) []string {
	var out []string
	stanza := map[string][]string{}
	flush := func() {
		off := slices.Equal(stanza["enabled"], []string{"no"})
		if slices.Contains(stanza["types"], "deb") && !off {
			out = appendSource(out, stanza["uris"], stanza["suites"], stanza["components"])
		}
		clear(stanza)
	}
	scanner := bufio.NewScanner(strings.NewReader(text))
	for scanner.Scan() {
		line := scanner.Text()
		if strings.TrimSpace(line) == "" {
			flush()
			continue
		}
		key, value, found := strings.Cut(line, ":")
		if found && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, " ") {
			stanza[strings.ToLower(key)] = strings.Fields(value)
		}
	}
	flush()
	return out
}

func appendSource(out, uris, suites, components []string) []string {
	if !slices.Contains(components, "main") {
		return out
	}
	for _, uri := range uris {
		for _, s := range suites {
			if wantedSuite(s) {
				out = append(out, fmt.Sprintf("deb %s %s main", uri, s))
			}
		}
	}
	return out
}
