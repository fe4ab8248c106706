package strictyaml

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

type doc struct {
	Name  string            `yaml:"name"`
	Items []string          `yaml:"items"`
	Map   map[string]string `yaml:"map"`
}

const limit = 1 << 20

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: 1\n", i)
	}
	return b.String()
}

func TestUnmarshal(t *testing.T) {
	for name, in := range map[string]string{
		"yaml":        "name: x\nitems: [a]\nmap: {release: 1.10}\n",
		"json":        `{"name":"x","items":["a"],"map":{"release":"1.10"}}`,
		"json by tab": "{\n\t\"name\": \"x\",\n\t\"items\": [\"a\"],\n\t\"map\": {\"release\": \"1.10\"}\n}",
		"alias":       "items: &i [a]\nname: x\nmap: {release: 1.10}\n",
	} {
		var d doc
		if err := Unmarshal([]byte(in), limit, &d); err != nil || d.Name != "x" || len(d.Items) != 1 || d.Map["release"] != "1.10" {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	bomb := "items: &a [x,x,x,x,x,x,x,x,x]\nmap: &b {"
	for i := range 400 {
		bomb += fmt.Sprintf("k%d: *a, ", i)
	}
	tests := map[string]struct{ in, want string }{
		"empty":         {"", "is empty"},
		"only comments": {"# nothing\n", "is empty"},
		"too long":      {strings.Repeat("#", limit+1), "at most"},
		"two":           {"name: x\n---\nname: y\n", "more than one"},
		"second torn":   {"name: x\n---\n[", "more than one"},
		"unknown":       {"name: x\ncolour: y\n", "line 2: field colour not found"},
		"repeated":      {"name: x\nname: y\n", "already defined"},
		"type":          {"name: [x]\n", "cannot unmarshal"},
		"syntax":        {"name: {", "cannot be read"},
		"deep":          {strings.Repeat("[", limit/2), "max depth"},
		"keys":          {manyKeys(maxKeys + 1), "1001 keys in one mapping at line 1"},
		"long error":    {"name: x\n" + strings.Repeat("y", 900) + ": z\n", "..."},
		"alias of list": {bomb + "}\n", "cannot be read"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var d doc
			err := Unmarshal([]byte(tt.in), limit, &d)
			if err == nil || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > maxError+100 {
				t.Errorf("error %.700v, want one with %q", err, tt.want)
			}
		})
	}
}

// Nearly a megabyte of keys is refused by its count, not worked through; the decoder alone takes twenty seconds for it.
func TestManyKeysAreQuick(t *testing.T) {
	start := time.Now()
	var d doc
	if err := Unmarshal([]byte(manyKeys(100000)), limit, &d); err == nil {
		t.Error("accepted")
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte("name: x\nitems: [a]\nmap: {a: b}\n"))
	f.Add([]byte(`{"name":"\ud83d"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var d doc
		if err := Unmarshal(data, 4096, &d); err != nil && len(err.Error()) > maxError+100 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	})
}
