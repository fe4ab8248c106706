package cluster

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// MaxSpecBytes bounds a spec; five hundred hosts with labels fit many times.
const MaxSpecBytes = 256 << 10

// ParseSpec reads a spec from YAML or JSON. It is strict: an unknown or repeated key is an error that names the line, so that
// a misspelt setting is never silently ignored. It does not validate; see Validate.
func ParseSpec(data []byte) (Spec, error) {
	if len(data) > MaxSpecBytes {
		return Spec{}, fmt.Errorf("the cluster spec is %d bytes long; at most %d are allowed", len(data), MaxSpecBytes)
	}
	if json.Valid(data) {
		var compact bytes.Buffer // YAML refuses the tabs that JSON may be indented with
		if err := json.Compact(&compact, data); err != nil {
			return Spec{}, fmt.Errorf("the cluster spec is not valid JSON: %w", err)
		}
		data = compact.Bytes()
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	var spec Spec
	switch err := dec.Decode(&spec); {
	case errors.Is(err, io.EOF):
		return Spec{}, errors.New("the cluster spec is empty; it needs at least a name")
	case err != nil:
		return Spec{}, fmt.Errorf("the cluster spec cannot be read: %w", err)
	}
	if err := dec.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return Spec{}, errors.New("the cluster spec holds more than one YAML document; one file makes one cluster")
	}
	return spec, nil
}
