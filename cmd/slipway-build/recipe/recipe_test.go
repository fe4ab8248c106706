package recipe

import (
	"os"
	"path"
	"strings"
	"testing"
)

const good = `
name: small
version: 1.0.0-1
type: kubernetes
created: 2026-01-02T00:00:00Z
programs:
  tool: {module: tool, packages: {tool: .}, stamps: {main.version: v1}}
  pause: {module: tool, c: {require: k8s.io/kubernetes, file: build/pause.c, defines: {VERSION: v3}}}
layers:
  base:
    debian: {packages: [libc6], take: [/bin/*]}
    files:
      - {path: /tool, program: tool/tool, mode: "0755"}
      - {path: /pause, program: pause/pause}
images:
  - {ref: "docker.io/slipway/tool:1", build: {layers: [base], entrypoint: [/tool]}}
  - {ref: "docker.io/library/nginx:1.27", image: "nginx:1.27", digest: "sha256:0000000000000000000000000000000000000000000000000000000000000000"}
packs:
  - name: p
    version: "1"
    layer: addon
    images: ["docker.io/slipway/tool:1"]
    files:
      - {path: bin/tool, program: tool/tool}
      - {path: manifests/p.yaml, file: p.yaml}
    manifests: [manifests/p.yaml]
definitions: [definition.yaml]
`

func TestParseGood(t *testing.T) {
	b, err := Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if b.Layers["base"].Files[0].Mode != 0o755 || b.Created.Year() != 2026 || len(b.Images) != 2 {
		t.Errorf("parsed as %+v", b)
	}
}

func TestDefaultBundleIsValid(t *testing.T) {
	data, err := os.ReadFile("../packs/bundle.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(data); err != nil {
		t.Error(err)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, test := range map[string]struct{ old, new, says string }{
		"unknown key":         {"type: kubernetes", "type: kubernetes\nimagez: []", "imagez"},
		"two documents":       {"definitions:", "---\ndefinitions:", "one YAML document"},
		"name":                {"name: small", "name: ../small", "name"},
		"version":             {"version: 1.0.0-1", "version: '1 0'", "version"},
		"mode unquoted":       {`mode: "0755"`, "mode: 0755", "quoted octal"},
		"mode setuid":         {`mode: "0755"`, `mode: "4755"`, "quoted octal"},
		"mode decimal digits": {`mode: "0755"`, `mode: "0789"`, "quoted octal"},
		"layer path relative": {"path: /tool", "path: tool", "absolute"},
		"layer path escapes":  {"path: /tool", "path: /a/../../tool", "clean"},
		"layer file is two":   {"path: /tool, program", "path: /tool, link: x, program", "exactly one"},
		"no such program":     {"program: tool/tool, mode", "program: tool/nope, mode", "no program tool/nope"},
		"no such layer":       {"layers: [base]", "layers: [bare]", "no layer bare"},
		"apt option":          {"packages: [libc6]", "packages: [--allow-unauthenticated]", "not a package"},
		"take relative":       {"take: [/bin/*]", "take: [../../etc/shadow]", "absolute"},
		"take bad glob":       {"take: [/bin/*]", "take: ['/bin/[']", "glob"},
		"go flag as package":  {"packages: {tool: .}", "packages: {tool: -toolexec=x}", "not a Go package"},
		"stamp injects flags": {"main.version: v1", "main.version: 'v1 -extld=x'", "stamps"},
		"define injects":      {"VERSION: v3", "'V -x': v3", "defines"},
		"c file escapes":      {"file: build/pause.c", "file: ../pause.c", "inside it"},
		"before has no image of the pack": {
			"file: p.yaml}",
			"upstream: {module: m, require: r, file: p.yaml, before: [{kind: DaemonSet, name: p, container: first, image: 'docker.io/slipway/other:1'}]}}",
			"docker.io/slipway/other:1 of first is not among the pack's images",
		},
		"ref without host":   {"docker.io/slipway/tool:1\", build", "slipway/tool:1\", build", "complete"},
		"ref without tag":    {"docker.io/slipway/tool:1\", build", "docker.io/slipway/tool\", build", "complete"},
		"ref twice":          {"docker.io/library/nginx:1.27", "docker.io/slipway/tool:1", "twice"},
		"image source two":   {`image: "nginx:1.27"`, `image: "nginx:1.27", layout: x`, "exactly one"},
		"image source none":  {`image: "nginx:1.27", `, "", "exactly one"},
		"digest":             {"sha256:0000", "sha256:00", "64 hex"},
		"pack layer":         {"layer: addon", "layer: cellar", "must be one of"},
		"pack image missing": {`images: ["docker.io/slipway/tool:1"]`, `images: ["docker.io/slipway/no:1"]`, "not in this bundle"},
		"pack file escapes":  {"path: bin/tool", "path: ../../bin/tool", "relative"},
		"pack file absolute": {"path: bin/tool", "path: /bin/tool", "relative"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(good, test.old) {
				t.Fatalf("the recipe of this test has no %q", test.old)
			}
			_, err := Parse([]byte(strings.Replace(good, test.old, test.new, 1)))
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("Parse says %v, want something about %q", err, test.says)
			}
		})
	}
}

func TestParseReportsAllFaults(t *testing.T) {
	broken := strings.NewReplacer("name: small", "name: S", "layer: addon", "layer: x").Replace(good)
	_, err := Parse([]byte(broken))
	if err == nil || !strings.Contains(err.Error(), "name:") || !strings.Contains(err.Error(), "pack p: layer") {
		t.Errorf("Parse says only %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("layers: {a: {files: [{path: /x, dir: true}]}}"))
	f.Add([]byte("&a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Parse(data)
		if err != nil {
			return
		}
		for _, l := range b.Layers {
			for _, file := range l.Files {
				if !path.IsAbs(file.Path) || path.Clean(file.Path) != file.Path {
					t.Errorf("accepted layer path %q", file.Path)
				}
			}
		}
	})
}
