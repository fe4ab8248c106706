package profile

import (
	"maps"
	"slices"
)

// Mask stands for a value that is not shown. Given back as the value of a masked variable it means "as it was".
const Mask = "********"

// Verdict is the answer to one value.
type Verdict struct {
	Name  string `json:"name"`
	Valid bool   `json:"valid"`
	// Reason says what the value must be, as the end of the sentence "NAME ..."; empty when valid. It never holds the value.
	Reason string `json:"reason,omitempty"`
}

// Merge returns the value of every variable: the given one, else the default (Mask, as Public shows it, too). Values of hidden and read-only variables are
// the definition's own, whatever is given. Names that the definition does not have are kept, so that Validate can name them.
func (d Definition) Merge(values map[string]string) map[string]string {
	out := maps.Clone(values)
	if out == nil {
		out = map[string]string{}
	}
	for _, v := range d.Variables {
		value, given := values[v.Name]
		if !given || v.Hidden || v.ReadOnly || (v.Masked && value == Mask) {
			out[v.Name] = v.Default
		}
	}
	return out
}

// Update returns the values of a running cluster after a change: given values replace the present ones, but for Mask, which
// keeps what was. The result goes to ValidateUpdate.
func (d Definition) Update(present, given map[string]string) map[string]string {
	next := maps.Clone(present)
	if next == nil {
		next = map[string]string{}
	}
	for name, value := range given {
		if v, ok := d.variable(name); ok && v.Masked && value == Mask {
			continue
		}
		next[name] = value
	}
	return d.Merge(next)
}

// Validate answers for every variable of the definition, in its order, and then for each value that the definition does not
// ask for. The values are those of a person or of Merge: what is not given counts as its default.
func (d Definition) Validate(values map[string]string) []Verdict {
	var out []Verdict
	merged := d.Merge(values)
	for _, v := range d.Variables {
		why := v.reject(merged[v.Name], true)
		if given, ok := values[v.Name]; ok && (v.Hidden || v.ReadOnly) && given != v.Default {
			why = "cannot be changed"
		}
		out = append(out, Verdict{Name: v.Name, Valid: why == "", Reason: why})
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if _, known := d.variable(name); !known {
			out = append(out, Verdict{Name: name, Reason: "is no variable of this definition"})
		}
	}
	return out
}

// ValidateUpdate is Validate for a cluster that runs with the present values: immutable ones must stay.
func (d Definition) ValidateUpdate(present, values map[string]string) []Verdict {
	out := d.Validate(values)
	merged := d.Merge(values)
	for i, verdict := range out {
		v, _ := d.variable(verdict.Name)
		was, had := present[v.Name]
		if v.Immutable && had && was != merged[v.Name] {
			out[i] = Verdict{Name: v.Name, Reason: "cannot be changed once the cluster exists"}
		}
	}
	return out
}

// Rejected returns the verdicts that are not valid.
func Rejected(verdicts []Verdict) []Verdict {
	return slices.DeleteFunc(slices.Clone(verdicts), func(v Verdict) bool { return v.Valid })
}

// Redact returns the values as they may be shown. Values that the definition does not know are masked too: nobody has said
// that they are harmless.
func (d Definition) Redact(values map[string]string) map[string]string {
	out := make(map[string]string, len(values))
	for name, value := range values {
		if v, known := d.variable(name); value != "" && (!known || v.Masked) {
			value = Mask
		}
		out[name] = value
	}
	return out
}

// Public returns the definition as it may be shown: defaults of masked variables are masked.
func (d Definition) Public() Definition {
	d.Variables = slices.Clone(d.Variables)
	for i := range d.Variables {
		if v := &d.Variables[i]; v.Masked && v.Default != "" {
			v.Default = Mask
		}
	}
	return d
}

// Masked names the variables whose values are never shown.
func (d Definition) Masked() []string {
	var out []string
	for _, v := range d.Variables {
		if v.Masked {
			out = append(out, v.Name)
		}
	}
	return out
}

func (d Definition) variable(name string) (Variable, bool) {
	i := slices.IndexFunc(d.Variables, func(v Variable) bool { return v.Name == name })
	if i < 0 {
		return Variable{}, false
	}
	return d.Variables[i], true
}
