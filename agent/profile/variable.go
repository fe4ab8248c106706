package profile

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"
)

// Variable is one question of a definition.
type Variable struct {
	Name        string `json:"name" yaml:"name"`
	DisplayName string `json:"displayName,omitempty" yaml:"displayName"`
	Description string `json:"description,omitempty" yaml:"description"`
	// Section groups variables on the form.
	Section string `json:"section,omitempty" yaml:"section"`
	// Format is how a value looks; empty is FormatString.
	Format  Format `json:"format" yaml:"format"`
	Default string `json:"default,omitempty" yaml:"default"`
	// Required wants a value that is not empty.
	Required bool `json:"required,omitempty" yaml:"required"`
	// Immutable values cannot change once the cluster exists.
	Immutable bool `json:"immutable,omitempty" yaml:"immutable"`
	// Regex (Go syntax, RE2) must match the whole value.
	Regex string `json:"regex,omitempty" yaml:"regex"`
	// Options, if any, are the only values there are.
	Options []Option `json:"options,omitempty" yaml:"options"`
	// Hidden variables are not on the form, and ReadOnly ones cannot be changed there: both keep their default.
	Hidden   bool `json:"hidden,omitempty" yaml:"hidden"`
	ReadOnly bool `json:"readOnly,omitempty" yaml:"readOnly"`
	// Masked values are never shown, logged or exported.
	Masked bool `json:"masked,omitempty" yaml:"masked"`
	// CertificateKey says that the value is a certificate, and names the variable of its private key: a form can make both.
	CertificateKey string `json:"certificateKey,omitempty" yaml:"certificateKey"`
}

// Option is one choice of a drop-down.
type Option struct {
	Value       string `json:"value" yaml:"value"`
	Label       string `json:"label,omitempty" yaml:"label"`
	Description string `json:"description,omitempty" yaml:"description"`
}

// A name must work as a key of the packs' templates and as an HTML id.
var variableName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,62}$`)

// check is for the definition's author: a variable that nobody could answer is an error of the definition.
func (v Variable) check() error {
	texts := len(v.DisplayName) <= maxText && len(v.Description) <= maxText && len(v.Section) <= maxText
	switch {
	case !variableName.MatchString(v.Name):
		return errors.New("the name must be a letter and up to 62 letters, digits and '_'")
	case !texts:
		return fmt.Errorf("displayName, description and section take at most %d bytes", maxText)
	case v.Format != "" && !slices.Contains(formats, v.Format):
		return fmt.Errorf("format %.20q is none of %v", v.Format, formats)
	case len(v.Regex) > maxRegex:
		return fmt.Errorf("the regex takes at most %d bytes", maxRegex)
	case len(v.Options) > maxOptions:
		return fmt.Errorf("at most %d options are allowed", maxOptions)
	case v.Required && (v.Hidden || v.ReadOnly) && v.Default == "":
		return errors.New("a required variable that nobody can fill in (hidden or readOnly) needs a default")
	}
	if _, err := v.pattern(); err != nil {
		return err
	}
	return v.checkChoices()
}

func (v Variable) checkChoices() error {
	values := map[string]bool{}
	for i, o := range v.Options {
		if len(o.Value) > maxText || len(o.Label) > maxText || len(o.Description) > maxText {
			return fmt.Errorf("options[%d]: value, label and description take at most %d bytes", i, maxText)
		}
		if values[o.Value] {
			return fmt.Errorf("options[%d]: the value is there twice", i)
		}
		values[o.Value] = true
		if o.Value == "" && !v.Required {
			continue
		}
		if why := v.reject(o.Value, false); why != "" {
			return fmt.Errorf("options[%d]: the value %s", i, why)
		}
	}
	if v.Default != "" {
		if why := v.reject(v.Default, true); why != "" {
			return fmt.Errorf("the default %s", why)
		}
	}
	return nil
}

// pattern compiles the regex so that it must match the whole value; nil when there is none.
func (v Variable) pattern() (*regexp.Regexp, error) {
	if v.Regex == "" {
		return nil, nil
	}
	// Compiled alone first: "a)|(b" must not become valid inside our group.
	if _, err := regexp.Compile(v.Regex); err != nil {
		return nil, fmt.Errorf("the regex cannot be compiled: %w", err)
	}
	re, err := regexp.Compile(`\A(?:` + v.Regex + `)\z`)
	if err != nil {
		return nil, fmt.Errorf("the regex cannot be compiled: %w", err)
	}
	return re, nil
}

// reject says why value is not one of v, or "". It never repeats the value, which may be masked.
func (v Variable) reject(value string, options bool) string {
	switch {
	case value == "" && v.Required:
		return "is required"
	case value == "":
		return ""
	case len(value) > maxValue:
		return fmt.Sprintf("takes at most %d bytes", maxValue)
	case !utf8.ValidString(value):
		return "must be valid UTF-8 text"
	}
	if options && len(v.Options) > 0 && !slices.ContainsFunc(v.Options, func(o Option) bool { return o.Value == value }) {
		return "must be one of the options"
	}
	if why := v.Format.reject(value); why != "" {
		return why
	}
	if re, err := v.pattern(); err != nil {
		return err.Error()
	} else if re != nil && !re.MatchString(value) {
		return "must match " + v.Regex
	}
	return ""
}
