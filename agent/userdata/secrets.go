package userdata

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Mask stands for a secret. Sent back in the same place, it means the secret that is there.
const Mask = "********"

// quotedMask is how it is written: bare stars are an alias in YAML.
const quotedMask = `"` + Mask + `"`

var (
	secretKey   = regexp.MustCompile(`(?i)passw|secret|token|hash|credential|private_?key|api_?key`)
	single      = regexp.MustCompile(`^'(?:[^']|'')*'`)
	double      = regexp.MustCompile(`^"(?s:[^"\\]|\\.)*"`)
	secretValue = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----|://[^/\s:@]+:[^/\s@]+@`)
)

// secret is a scalar that is not shown.
type secret struct {
	path   string // leads to it; list items by their name if they have one
	node   *yaml.Node
	indent int // of the key that it belongs to, from 0; -1 for items of lists
}

func secretsOf(doc *yaml.Node) (out []secret) {
	var walk func(n *yaml.Node, path string, indent int, inside bool)
	walk = func(n *yaml.Node, path string, indent int, inside bool) {
		switch n.Kind {
		case yaml.DocumentNode:
			for _, c := range n.Content {
				walk(c, path, -1, inside)
			}
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				key := n.Content[i]
				walk(n.Content[i+1], path+"/"+key.Value, key.Column-1, inside || secretKey.MatchString(key.Value))
			}
		case yaml.SequenceNode:
			for i, c := range n.Content {
				walk(c, path+"/"+itemName(c, i), -1, inside)
			}
		case yaml.ScalarNode:
			plainValue := n.Tag == "!!bool" || n.Tag == "!!null" || n.Value == ""
			if !plainValue && (inside || secretValue.MatchString(n.Value)) {
				out = append(out, secret{path, n, indent})
			}
		}
	}
	walk(doc, "", -1, false)
	return out
}

// itemName lets a list change its order while its secrets are kept.
func itemName(item *yaml.Node, i int) string {
	for j := 0; item.Kind == yaml.MappingNode && j+1 < len(item.Content); j += 2 {
		if item.Content[j].Value == "name" && item.Content[j+1].Kind == yaml.ScalarNode {
			return "name=" + item.Content[j+1].Value
		}
	}
	return strconv.Itoa(i)
}

// Masked shows a cloud-config without its secrets, otherwise as it was written. What cannot be read as YAML is not shown.
func Masked(text string) (string, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return "", err
	}
	secrets := secretsOf(&doc)
	out := text
	for i := len(secrets) - 1; i >= 0; i-- { // from the end: the places before stay where they are
		start, end, ok := extent(text, secrets[i])
		if !ok {
			return rewritten(&doc, secrets)
		}
		out = out[:start] + quotedMask + out[end:]
	}
	if !allMasked(out, len(secrets)) {
		return rewritten(&doc, secrets)
	}
	return out, nil
}

// allMasked guards against a place that was found wrongly.
func allMasked(text string, n int) bool {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return false
	}
	secrets := secretsOf(&doc)
	for _, s := range secrets {
		if s.node.Value != Mask {
			return false
		}
	}
	// A secret by its value alone is none any more once it is masked.
	return len(secrets) <= n
}

// rewritten is for documents in which a secret cannot be replaced in place, such as one with an anchor.
func rewritten(doc *yaml.Node, secrets []secret) (string, error) {
	for _, s := range secrets {
		s.node.Value, s.node.Style, s.node.Tag = Mask, yaml.DoubleQuotedStyle, "!!str"
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(doc), e.Close()); err != nil {
		return "", err
	}
	return b.String(), nil
}

// Filled puts the secrets of the text of now where a new text has the mask. The problems are masks that stand for nothing.
func Filled(text, now string) (string, []Problem) {
	var doc, old yaml.Node
	if yaml.Unmarshal([]byte(text), &doc) != nil {
		return text, nil // Check says what is wrong
	}
	known := map[string]secret{}
	if yaml.Unmarshal([]byte(now), &old) == nil {
		for _, s := range secretsOf(&old) {
			known[s.path] = s
		}
	}
	masks := masksOf(&doc)
	var problems []Problem
	for i := len(masks) - 1; i >= 0; i-- {
		m := masks[i]
		kept, ok := known[m.path]
		start, end, found := extent(text, m)
		switch {
		case !ok:
			problems = append([]Problem{{m.node.Line, m.node.Column, "there is no secret here that could be kept; write it"}}, problems...)
		case !found:
			problems = append([]Problem{{m.node.Line, m.node.Column, "write the stars as " + quotedMask + " and nothing else"}}, problems...)
		default:
			text = text[:start] + written(kept.node) + text[end:]
		}
	}
	return text, problems
}

// masksOf are all scalars that are the mask, whatever their key: a secret may be known by its value alone.
func masksOf(doc *yaml.Node) (out []secret) {
	var walk func(n *yaml.Node, path string)
	walk = func(n *yaml.Node, path string) {
		for i, c := range n.Content {
			switch {
			case n.Kind == yaml.DocumentNode:
				walk(c, path)
			case n.Kind == yaml.SequenceNode:
				walk(c, path+"/"+itemName(c, i))
			case n.Kind == yaml.MappingNode && i%2 == 1:
				walk(c, path+"/"+n.Content[i-1].Value)
			}
		}
		if n.Kind == yaml.ScalarNode && n.Value == Mask {
			out = append(out, secret{path: path, node: n, indent: -1})
		}
	}
	walk(doc, "")
	return out
}

// written is a scalar in one line that YAML reads as the same value: a JSON text is one (https://yaml.org/spec/1.2.2/#1.2).
func written(n *yaml.Node) string {
	if n.Style == 0 && n.Tag != "!!str" {
		return n.Value // a number
	}
	b, err := json.Marshal(n.Value)
	if err != nil {
		return quotedMask
	}
	return string(b)
}

// extent is where a scalar stands in the text, in bytes.
func extent(text string, s secret) (start, end int, ok bool) {
	start, ok = offset(text, s.node.Line, s.node.Column)
	if !ok {
		return 0, 0, false
	}
	rest := text[start:]
	switch s.node.Style {
	case 0:
		return start, start + len(s.node.Value), strings.HasPrefix(rest, s.node.Value)
	case yaml.SingleQuotedStyle:
		n := len(single.FindString(rest))
		return start, start + n, n > 0
	case yaml.DoubleQuotedStyle:
		n := len(double.FindString(rest))
		return start, start + n, n > 0
	case yaml.LiteralStyle, yaml.FoldedStyle:
		if s.indent < 0 {
			return 0, 0, false
		}
		return start, start + blockLength(rest, s.indent), true
	}
	return 0, 0, false
}

// blockLength is how long a block scalar is: its first line, and all that follow and are deeper than its key.
func blockLength(text string, indent int) int {
	n, at := 0, 0
	for i, line := range strings.SplitAfter(text, "\n") {
		blank := strings.TrimSpace(line) == ""
		if i > 0 && !blank && len(line)-len(strings.TrimLeft(line, " ")) <= indent {
			break
		}
		at += len(line)
		if !blank {
			n = at
		}
	}
	return len(strings.TrimRight(text[:n], "\n"))
}

// offset of a line and column, both from 1, the column in characters.
func offset(text string, line, column int) (int, bool) {
	at := 0
	for range line - 1 {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return 0, false
		}
		at += i + 1
	}
	for range column - 1 {
		if at >= len(text) {
			return 0, false
		}
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at, at < len(text)
}
