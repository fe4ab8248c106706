package builder

import (
	"strings"
	"testing"

	"github.com/slipway-os/slipway/cmd/slipway-build/recipe"
)

const workload = `# A network plugin.
kind: ConfigMap
metadata: {name: agent}
data: {a: b}
---
kind: DaemonSet
metadata: {name: agent}
spec:
  template:
    spec:
      containers:
        - name: agent
          env:
            - name: MODE
              valueFrom: {configMapKeyRef: {name: agent, key: a}}
            - name: KEPT
              value: "true"
        - name: bare
`

func TestTemplateOf(t *testing.T) {
	out, err := templateOf([]byte(workload), recipe.Upstream{Env: []recipe.Env{
		{Kind: "DaemonSet", Name: "agent", Container: "agent", Set: map[string]string{"MODE": "fixed", "CIDR": "{{.PodCIDR}}", "FLAG": "true"}},
		{Kind: "DaemonSet", Name: "agent", Container: "bare", Set: map[string]string{"NEW": "1"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	got := string(out)
	for _, want := range []string{
		"# A network plugin.", "data: {a: b}", "\n---\n",
		"- name: MODE\n              value: fixed\n",
		"- name: KEPT\n              value: \"true\"\n",
		"- name: CIDR\n              value: '{{.PodCIDR}}'\n",
		"- name: FLAG\n              value: \"true\"\n",
		"- name: bare\n          env:\n            - name: NEW\n              value: \"1\"\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "valueFrom") {
		t.Error("a variable that was set kept its valueFrom")
	}
}

func TestTemplateOfRefuses(t *testing.T) {
	edit := recipe.Env{Kind: "DaemonSet", Name: "agent", Container: "agent", Set: map[string]string{"A": "b"}}
	other := edit
	other.Container = "none"
	for name, test := range map[string]struct {
		data string
		edit recipe.Env
		says string
	}{
		"text like an action": {workload + "# {{ printf }}\n", edit, "{{"},
		"no such container":   {workload, other, "no container none"},
		"no containers":       {"kind: DaemonSet\nmetadata: {name: agent}\n", edit, "no container agent"},
		"not YAML":            {"a: [", edit, "yaml"},
		"empty":               {"", edit, "no container"},
		"a list":              {"- a\n- b\n", edit, "no container"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := templateOf([]byte(test.data), recipe.Upstream{Env: []recipe.Env{test.edit}}); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("templateOf says %v, want something about %q", err, test.says)
			}
		})
	}
}

func TestTemplateOfAddsContainers(t *testing.T) {
	const own = "\n      initContainers:\n        - name: first\n          image: a\n"
	before := []recipe.Before{
		{Kind: "DaemonSet", Name: "agent", Container: "wait", Image: "probe:2", Args: []string{"service"}},
		{Kind: "DaemonSet", Name: "agent", Container: "then", Image: "b"},
	}
	for name, data := range map[string]string{"none yet": workload, "before its own": strings.TrimSuffix(workload, "\n") + own} {
		t.Run(name, func(t *testing.T) {
			out, err := templateOf([]byte(data), recipe.Upstream{Before: before})
			if err != nil {
				t.Fatal(err)
			}
			const want = "initContainers:\n        - name: wait\n          image: probe:2\n          imagePullPolicy: IfNotPresent\n          args:\n            - service\n        - name: then\n"
			if got := string(out); !strings.Contains(got, want) || strings.Count(got, "- name: first\n") != strings.Count(data, "- name: first\n") {
				t.Errorf("got\n%s", got)
			}
		})
	}
	before[0].Name = "other"
	if _, err := templateOf([]byte(workload), recipe.Upstream{Before: before}); err == nil || !strings.Contains(err.Error(), "no DaemonSet other") {
		t.Errorf("a workload that is not there: %v", err)
	}
}
