package recipe

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// maxBytes bounds a bundle.yaml; real ones are a few kilobytes.
const maxBytes = 1 << 20

// Mode is a file's permission bits, written in octal: "0755".
type Mode int64

// UnmarshalYAML accepts only octal text, because YAML reads a bare 0755 as
// octal and a bare 755 as decimal, and both look right.
func (m *Mode) UnmarshalYAML(node *yaml.Node) error {
	bits, err := strconv.ParseUint(node.Value, 8, 12)
	if err != nil || node.Tag != "!!str" || bits > 0o777 {
		return fmt.Errorf("line %d: mode must be quoted octal such as \"0755\", not %q", node.Line, node.Value)
	}
	*m = Mode(bits)
	return nil
}

// Parse reads and validates a bundle.yaml. Unknown keys are refused: a
// misspelt key must not silently leave something out of a bundle.
func Parse(data []byte) (*Bundle, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("the file has %d bytes; at most %d are allowed", len(data), maxBytes)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	b := &Bundle{}
	if err := dec.Decode(b); errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	} else if err != nil {
		return nil, err
	}
	if err := dec.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("the file must hold exactly one YAML document")
	}
	if err := b.validate(); err != nil {
		return nil, err
	}
	return b, nil
}
