package cluster

import (
	"fmt"

	"github.com/slipway-os/slipway/agent/strictyaml"
)

// MaxSpecBytes bounds a spec; a hundred hosts with labels fit many times.
const MaxSpecBytes = 256 << 10

// ParseSpec reads a spec from YAML or JSON. It is strict: an unknown or repeated key is an error that names the line, so that
// a misspelt setting is never silently ignored. Scalars keep their text (1.10 stays 1.10). It does not validate; see Validate.
func ParseSpec(data []byte) (Spec, error) {
	var spec Spec
	if err := strictyaml.Unmarshal(data, MaxSpecBytes, &spec); err != nil {
		return Spec{}, fmt.Errorf("the cluster spec %w", err)
	}
	return spec, nil
}
