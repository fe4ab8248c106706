package profile

import (
	"reflect"
	"strings"
	"testing"
)

const sample = `apiVersion: slipway.dev/v1
kind: ClusterDefinition
metadata: {name: default, version: 1.0.0, displayName: Default, description: All in one}
packs:
 - {name: kubernetes, version: 1.32.3, layer: kubernetes}
 - {name: kube-vip, version: 0.9.2, layer: vip}
 - {name: calico, version: 3.28.5, layer: cni}
 - {name: local-path, version: 0.0.30, layer: csi}
variables:
 - {name: podCIDR, section: Networking, format: cidr, default: 100.64.0.0/18, required: true, immutable: true}
 - {name: serviceCIDR, section: Networking, format: cidr, default: 100.64.64.0/18, required: true, immutable: true}
 - {name: registryPort, section: Registry, format: number, default: 30003, regex: "3[0-9]{4}"}
 - {name: inClusterRegistry, section: Registry, format: boolean, default: true}
 - {name: size, section: Sizing, format: string, default: small, options: [{value: small, label: Small}, {value: large}]}
 - {name: password, section: Registry, format: string, default: initial, masked: true}
 - {name: channel, format: string, default: "1.10", readOnly: true}
 - {name: secretKind, section: Nowhere, default: plain, hidden: true}
`

func parseSample(t *testing.T) Definition {
	t.Helper()
	d, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParse(t *testing.T) {
	d := parseSample(t)
	if d.Metadata.Name != "default" || len(d.Packs) != 4 || d.Packs[2] != (PackRef{"calico", "3.28.5", LayerCNI}) {
		t.Errorf("parsed %+v", d)
	}
	if got := d.Variables[2].Default; got != "30003" {
		t.Errorf("number default = %q", got)
	}
	if got := d.Variables[6].Default; got != "1.10" {
		t.Errorf("version default = %q", got)
	}
	if got, want := d.Sections(), []string{"Networking", "Registry", "Sizing", ""}; !reflect.DeepEqual(got, want) {
		t.Errorf("sections = %q, want %q", got, want)
	}
	if got, want := d.Masked(), []string{"password"}; !reflect.DeepEqual(got, want) {
		t.Errorf("masked = %q, want %q", got, want)
	}
}

func TestParseRefuses(t *testing.T) {
	swap := func(old, with string) string {
		if !strings.Contains(sample, old) {
			t.Fatalf("the sample has no %q", old)
		}
		return strings.Replace(sample, old, with, 1)
	}
	tests := map[string]struct{ in, want string }{
		"empty":               {"", "is empty"},
		"too large":           {strings.Repeat("#", MaxBytes+1), "at most"},
		"no YAML":             {"{", "cannot be read"},
		"unknown key":         {swap("kind:", "colour: red\nkind:"), "colour"},
		"repeated key":        {swap("kind:", "kind: x\nkind:"), "already defined"},
		"two documents":       {sample + "---\n" + sample, "more than one"},
		"another kind":        {swap("ClusterDefinition", "Pod"), "Pod"},
		"another version":     {swap("slipway.dev/v1", "slipway.dev/v9"), "v9"},
		"name":                {swap("name: default", "name: ../x"), "metadata.name"},
		"version":             {swap("version: 1.0.0", `version: ""`), "metadata.version"},
		"layer order":         {swap("layer: vip", "layer: addon"), "must come before"},
		"unknown layer":       {swap("layer: vip", "layer: moon"), "moon"},
		"two of a layer":      {swap("layer: csi", "layer: cni"), "already"},
		"pack twice":          {swap("name: calico", "name: kube-vip"), "twice"},
		"pack name":           {swap("name: calico", "name: Calico"), "pack name"},
		"pack version":        {swap("3.28.5", `"3 28"`), "version"},
		"no Kubernetes":       {swap("layer: kubernetes", "layer: os"), "kubernetes is needed"},
		"variable twice":      {swap("name: serviceCIDR", "name: podCIDR"), "twice"},
		"variable name":       {swap("name: serviceCIDR", "name: service-cidr"), "letters"},
		"format":              {swap("format: boolean", "format: bool"), "bool"},
		"default of format":   {swap("default: true", "default: maybe"), "true or false"},
		"default of options":  {swap("default: small", "default: tiny"), "options"},
		"default of regex":    {swap("default: 30003", "default: 80"), "must match"},
		"regex":               {swap("3[0-9]{4}", "3[0-9"), "compiled"},
		"regex out of group":  {swap("3[0-9]{4}", "a)|(b"), "compiled"},
		"option twice":        {swap("{value: large}", "{value: small}"), "twice"},
		"required and hidden": {swap("default: plain, hidden: true", "required: true, hidden: true"), "needs a default"},
		"screen too large":    {sample + "screen: " + strings.Repeat("x", maxScreen+1) + "\n", "the screen takes"},
		"alias bomb":          {bomb(), "cannot be read"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// bomb is a YAML document whose aliases expand to 9^9 strings.
func bomb() string {
	s := "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		prev := string(n[0] - 1)
		s += "a" + n + ": &a" + n + " [" + strings.TrimSuffix(strings.Repeat("*a"+prev+",", 9), ",") + "]\n"
	}
	return s
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(bomb()))
	f.Add([]byte("a: [[[["))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse(data)
		if err != nil {
			return
		}
		// What is accepted keeps its own promises: the defaults that it can fill in are valid.
		for i, v := range d.Validate(nil) {
			if !v.Valid && v.Reason != "is required" {
				t.Errorf("default of accepted variable %d: %+v", i, v)
			}
		}
	})
}
