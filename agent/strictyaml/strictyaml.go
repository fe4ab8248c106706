// Package strictyaml decodes one YAML (or JSON) document that a stranger wrote: size, keys per mapping and the length of the
// error are bounded, and unknown or repeated keys are refused. The bound on keys matters: the YAML decoder compares every key
// of a mapping with every other, so a file of 1 MiB of keys would keep it busy for twenty seconds.
package strictyaml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxKeys is how many keys one mapping may have.
const maxKeys = 1000

// maxError bounds the text of an error, which may quote the document.
const maxError = 500

// Unmarshal decodes data into a struct with yaml tags. Errors read on after the name of the file: "is empty", "is 9 bytes ...".
func Unmarshal(data []byte, maxBytes int, into any) error {
	if len(data) > maxBytes {
		return fmt.Errorf("is %d bytes long; at most %d are allowed", len(data), maxBytes)
	}
	if json.Valid(data) {
		var compact bytes.Buffer // YAML refuses the tabs that JSON may be indented with
		if err := json.Compact(&compact, data); err != nil {
			return fmt.Errorf("is not valid JSON: %w", err)
		}
		data = compact.Bytes()
	}
	if err := precheck(data); err != nil {
		return err
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("cannot be read: %s", firstOf(err))
	}
	return nil
}

// precheck reads the document without decoding it, which takes time in proportion to its size.
func precheck(data []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return errors.New("is empty")
	case err != nil:
		return fmt.Errorf("cannot be read: %s", firstOf(err))
	}
	if err := dec.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return errors.New("holds more than one YAML document")
	}
	return checkKeys(&doc)
}

func checkKeys(n *yaml.Node) error {
	if n.Kind == yaml.MappingNode && len(n.Content)/2 > maxKeys {
		return fmt.Errorf("has %d keys in one mapping at line %d; at most %d are allowed", len(n.Content)/2, n.Line, maxKeys)
	}
	for _, c := range n.Content {
		if err := checkKeys(c); err != nil {
			return err
		}
	}
	return nil
}

// firstOf returns the first thing wrong, cut to what a person reads.
func firstOf(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if all := (*yaml.TypeError)(nil); errors.As(err, &all) && len(all.Errors) > 0 {
		text = all.Errors[0]
	}
	if len(text) > maxError {
		text = strings.ToValidUTF8(text[:maxError], "") + "..."
	}
	return text
}

// Find is the node of a value; list items go by their number. Of a value that the document leaves out it is what the value
// would be in.
func Find(doc *yaml.Node, path []string) *yaml.Node {
	node := doc
	if node.Kind == yaml.DocumentNode && len(node.Content) > 0 {
		node = node.Content[0]
	}
	for _, key := range path {
		next := -1
		if i, err := strconv.Atoi(key); err == nil && node.Kind == yaml.SequenceNode && i >= 0 && i < len(node.Content) {
			next = i
		}
		for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == key {
				next = i + 1
			}
		}
		if next < 0 {
			break
		}
		node = node.Content[next]
	}
	return node
}
