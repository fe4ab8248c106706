package agent

import (
	"testing"

	"github.com/slipway-os/slipway/agent/profile"
)

func TestDefinitionsShowNoMaskedDefault(t *testing.T) {
	d, err := profile.Parse([]byte(`{apiVersion: slipway.dev/v1, kind: ClusterDefinition, metadata: {name: d, version: "1"},
		packs: [{name: k, version: "1", layer: kubernetes}],
		variables: [{name: secret, masked: true, default: hunter2}, {name: size, format: number, default: "3", options: [{value: "1"}, {value: "3", label: three}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got := apiDefinition(d.Public())
	if v := got.Variables[0]; v.Default != profile.Mask || v.Format != "string" {
		t.Errorf("secret is shown as %q, format %q", v.Default, v.Format)
	}
	if v := got.Variables[1]; v.Default != "3" || len(v.Options) != 2 || v.Options[1].Label != "three" {
		t.Errorf("size is %+v", v)
	}
	if len(got.Packs) != 1 || got.Packs[0].Layer != "kubernetes" {
		t.Errorf("packs are %+v", got.Packs)
	}
}
