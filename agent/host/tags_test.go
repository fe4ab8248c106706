package host

import (
	"fmt"
	"strings"
	"testing"
)

// Feature 55.
func TestCheckTags(t *testing.T) {
	many := map[string]string{}
	for i := range MaxTags + 1 {
		many[fmt.Sprint("k", i)] = "v"
	}
	for want, tags := range map[string]map[string]string{
		"":                        {"site": "Hamburg, hall 2", "rack-1.a_b": "", "x": strings.Repeat("ü", 63)},
		"no key of a tag":         {"-a": ""},
		`"" is no key`:            {"": "x"},
		`"a b" is no key`:         {"a b": "x"},
		"more than 63":            {"a": strings.Repeat("x", 64)},
		"cannot be shown":         {"a": "x\ny"},
		"at most 32 tags, not 33": many,
	} {
		if err := CheckTags(tags); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v: %v, want %q", tags, err, want)
		}
	}
}
