package userdata

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-os/slipway/agent/preset"
	"github.com/slipway-os/slipway/agent/strictyaml"
)

// MaxBytes is the most of a cloud-config that a host takes here.
const MaxBytes = 256 << 10

// Head is the first line, without which Kairos does not read the file.
const Head = "#cloud-config"

// Problem is what is wrong at a place of the text; lines and columns count from 1.
type Problem struct {
	Line, Column int
	Message      string
}

// document is a cloud-config; what is not Slipway's is Kairos's.
type document struct {
	Slipway preset.Preset  `yaml:"slipway"`
	Others  map[string]any `yaml:",inline"`
}

// Check says what is wrong with a text that is to replace the one of now, at the time at. The secrets must be filled in.
func Check(text, now string, at time.Time) []Problem {
	if p := checkText(text); p != nil {
		return []Problem{*p}
	}
	var d document
	if err := strictyaml.Unmarshal([]byte(text), MaxBytes, &d); err != nil {
		return []Problem{yamlProblem(text, err.Error())}
	}
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(text), &root); err != nil {
		return []Problem{yamlProblem(text, err.Error())}
	}
	var out []Problem
	say := func(message string, path ...string) {
		n := strictyaml.Find(&root, path)
		out = append(out, Problem{max(n.Line, 1), max(n.Column, 1), message})
	}
	for _, p := range d.Slipway.Check(at) {
		say(strings.Join(p.Path, ".")+": "+p.Message, append([]string{preset.Key}, p.Path...)...)
	}
	var was document
	if err := strictyaml.Unmarshal([]byte(now), MaxBytes, &was); err == nil && !reflect.DeepEqual(was.Others["install"], d.Others["install"]) {
		say("install says how this host was installed; it does nothing any more, so leave it as it is", "install")
	}
	checkStages(d.Others["stages"], say)
	slices.SortStableFunc(out, func(a, b Problem) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	return out
}

func checkText(text string) *Problem {
	place := func(at int, message string) *Problem {
		before := text[:at]
		return &Problem{strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1, message}
	}
	switch i := strings.IndexFunc(text, odd); {
	case len(text) > MaxBytes:
		return &Problem{1, 1, fmt.Sprintf("this is %d bytes long; at most %d are allowed", len(text), MaxBytes)}
	case !utf8.ValidString(text):
		return &Problem{1, 1, "this is no text in UTF-8"}
	case i >= 0:
		return place(i, "there is a control character here; take it out")
	case text != Head && !strings.HasPrefix(text, Head+"\n"):
		return &Problem{1, 1, "the first line must be " + Head}
	}
	return nil
}

// odd are the characters that some readers of YAML take for the end of a line and others do not, and those that nobody sees.
func odd(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\u2028' || r == '\u2029' || r == '\ufeff'
}

var lineOf = regexp.MustCompile(`\bline (\d+):? ?`)

// yamlProblem takes the line out of an error of the YAML decoder; the column is that of the line's text.
func yamlProblem(text, message string) Problem {
	p := Problem{1, 1, strings.TrimPrefix(message, "cannot be read: ")}
	lines := strings.Split(text, "\n")
	if m := lineOf.FindStringSubmatch(message); m != nil {
		p.Line, _ = strconv.Atoi(m[1])
		p.Message = strings.TrimSpace(strings.Replace(p.Message, m[0], "", 1))
	}
	if at := brokenLine(lines); at > 0 {
		p.Line = at
	}
	p.Line = min(max(p.Line, 1), len(lines))
	line := lines[p.Line-1]
	p.Column = utf8.RuneCountInString(line) - utf8.RuneCountInString(strings.TrimLeft(line, " \t")) + 1
	return p
}

// maxBroken bounds the search of brokenLine, in lines.
const maxBroken = 400

// brokenLine is the line after the longest beginning of the text that is YAML, 0 when all of it is. The decoder tells the line
// where the mapping or list began in which it stumbled, which may be far above.
func brokenLine(lines []string) int {
	readable := func(n int) bool {
		return yaml.Unmarshal([]byte(strings.Join(lines[:n], "\n")), &yaml.Node{}) == nil
	}
	if len(lines) > maxBroken || readable(len(lines)) {
		return 0
	}
	n := len(lines) - 1
	for n > 0 && !readable(n) {
		n--
	}
	return n + 1
}

// checkStages knows the form that Kairos gives its stages. Two steps of one name in a stage overwrite each other, so that
// users were lost.
func checkStages(v any, say func(message string, path ...string)) {
	if v == nil {
		return
	}
	stages, ok := v.(map[string]any)
	if !ok {
		say("stages is a mapping of stages, such as boot, to lists of steps", "stages")
		return
	}
	for stage, steps := range stages {
		list, ok := steps.([]any)
		if !ok {
			say("a stage is a list of steps", "stages", stage)
			continue
		}
		seen := map[string]bool{}
		for i, step := range list {
			fields, ok := step.(map[string]any)
			name, _ := fields["name"].(string)
			switch {
			case !ok:
				say("a step is a mapping, such as name: and commands:", "stages", stage, strconv.Itoa(i))
			case name != "" && seen[name]:
				say(fmt.Sprintf("another step of %s is called %q too; one would overwrite the other", stage, name), "stages", stage, strconv.Itoa(i), "name")
			}
			seen[name] = true
		}
	}
}
