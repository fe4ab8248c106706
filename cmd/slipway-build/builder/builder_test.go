package builder

import (
	"bytes"
	"context"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/slipway-os/slipway/agent/content"
)

const smallRecipe = `
name: small
version: "1"
type: kubernetes
created: 2026-01-02T00:00:00Z
programs:
  tool: {module: tool, packages: {tool: .}, stamps: {main.version: v1}}
layers:
  tool:
    files:
      - {path: /tool, program: tool/tool}
      - {path: /etc/motd, text: hello}
images:
  - {ref: "docker.io/slipway/tool:1", build: {layers: [tool], entrypoint: [/tool]}}
packs:
  - name: p
    version: 1.0.0
    layer: kubernetes
    files:
      - {path: bin/tool, program: tool/tool}
      - {path: manifests/p.yaml, file: p.yaml}
    manifests: [manifests/p.yaml]
definitions: [definition.yaml]
`

const smallDefinition = `
apiVersion: slipway.dev/v1
kind: ClusterDefinition
metadata: {name: d, version: 1.0.0}
packs: [{name: p, version: 1.0.0, layer: kubernetes}]
`

// recipeFolder writes a recipe and the files it names.
func recipeFolder(t *testing.T, bundleYAML string) string {
	t.Helper()
	dir := t.TempDir()
	for file, text := range map[string]string{
		"bundle.yaml":     bundleYAML,
		"definition.yaml": smallDefinition,
		"p.yaml":          "kind: ConfigMap\n",
		"tool/go.mod":     "module example.org/tool\n\ngo 1.24\n",
		"tool/main.go":    "package main\n\nvar version string\n\nfunc main() { println(version) }\n",
	} {
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func build(t *testing.T, dir, cache string) (Result, string, error) {
	t.Helper()
	var log bytes.Buffer
	result, err := Build(t.Context(), Options{
		File: filepath.Join(dir, "bundle.yaml"), Out: filepath.Join(dir, "out.tar.zst"), Cache: cache, Log: &log,
	})
	return result, log.String(), err
}

func mustBuild(t *testing.T, dir, cache string) (Result, string) {
	t.Helper()
	result, log, err := build(t, dir, cache)
	if err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	return result, log
}

func TestBuildIsReproducibleAndCached(t *testing.T) {
	dir, cache := recipeFolder(t, smallRecipe), t.TempDir()
	first, log := mustBuild(t, dir, cache)
	if first.UpToDate || !strings.Contains(log, "[1/5] program tool ... ") {
		t.Errorf("first build: %+v\n%s", first, log)
	}
	one, err := os.ReadFile(filepath.Join(dir, "out.tar.zst"))
	if err != nil {
		t.Fatal(err)
	}
	second, log := mustBuild(t, dir, cache)
	if !second.UpToDate || second.Digest != first.Digest || strings.Count(log, "cached") != 3 {
		t.Errorf("second build: %+v\n%s", second, log)
	}
	// Another folder and an empty cache give the same bytes.
	elsewhere := recipeFolder(t, smallRecipe)
	mustBuild(t, elsewhere, t.TempDir())
	two, err := os.ReadFile(filepath.Join(elsewhere, "out.tar.zst"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, two) {
		t.Error("two builds of one recipe differ")
	}
}

func TestChangedSourceIsBuiltAgain(t *testing.T) {
	dir, cache := recipeFolder(t, smallRecipe), t.TempDir()
	first, _ := mustBuild(t, dir, cache)
	source := "package main\n\nfunc main() { println(\"other\") }\n"
	if err := os.WriteFile(filepath.Join(dir, "tool", "main.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	second, _ := mustBuild(t, dir, cache)
	if second.UpToDate || second.Digest == first.Digest {
		t.Error("a changed source gave the old bundle")
	}
}

func TestDamagedOutputIsReplaced(t *testing.T) {
	dir, cache := recipeFolder(t, smallRecipe), t.TempDir()
	first, _ := mustBuild(t, dir, cache)
	if err := os.WriteFile(filepath.Join(dir, "out.tar.zst"), []byte("not a bundle"), 0o644); err != nil {
		t.Fatal(err)
	}
	if again, _ := mustBuild(t, dir, cache); again.UpToDate || again.Digest != first.Digest {
		t.Errorf("over a damaged file: %+v", again)
	}
}

func TestBrokenSourceShowsTheCompilersWords(t *testing.T) {
	dir := recipeFolder(t, smallRecipe)
	if err := os.WriteFile(filepath.Join(dir, "tool", "main.go"), []byte("package main\n\nfunc main() { nonsense() }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, _, err := build(t, dir, t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "undefined: nonsense") {
		t.Errorf("the error is %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "out.tar.zst")); err == nil {
		t.Error("a failed build left a bundle")
	}
}

func TestDefinitionNeedsItsPacks(t *testing.T) {
	dir := recipeFolder(t, strings.Replace(smallRecipe, "layer: kubernetes", "layer: csi", 1))
	if _, _, err := build(t, dir, t.TempDir()); err == nil || !strings.Contains(err.Error(), "no pack p 1.0.0 of layer kubernetes") {
		t.Errorf("the error is %v", err)
	}
}

func TestImagesFromOtherSources(t *testing.T) {
	image := linuxImage(t)
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	host := serveImage(t, image)
	for name, source := range map[string]string{
		"layout":           `layout: layout, name: "example.org/x:1", digest: "` + digest.String() + `"`,
		"layout of one":    `layout: layout`,
		"archive":          `archive: image.tar`,
		"registry":         `image: "` + host + `/x:1", digest: "` + digest.String() + `"`,
		"digest differs":   `layout: layout, digest: "sha256:` + strings.Repeat("0", 64) + `"`,
		"no such archive":  `archive: no.tar`,
		"no such registry": `image: "` + host + `/y:1"`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := recipeFolder(t, "name: small\nversion: '1'\ntype: kubernetes\nimages:\n  - {ref: 'docker.io/library/x:1', "+source+"}\n")
			saveImage(t, image, dir)
			result, log, err := build(t, dir, t.TempDir())
			if wrong := strings.HasPrefix(name, "no ") || name == "digest differs"; wrong != (err != nil) {
				t.Fatalf("%+v, %v\n%s", result, err, log)
			} else if wrong {
				return
			}
			if size := verify(t, filepath.Join(dir, "out.tar.zst")); size < 2*1024 {
				t.Errorf("the bundle has only %d bytes of blobs", size)
			}
		})
	}
}

func TestImageForAnotherPlatformIsRefused(t *testing.T) {
	image, err := random.Image(64, 1) // says nothing about its platform
	if err != nil {
		t.Fatal(err)
	}
	dir := recipeFolder(t, "name: small\nversion: '1'\ntype: kubernetes\nimages:\n  - {ref: 'docker.io/library/x:1', layout: layout}\n")
	saveImage(t, image, dir)
	if _, _, err := build(t, dir, t.TempDir()); err == nil || !strings.Contains(err.Error(), "linux/amd64") {
		t.Errorf("the error is %v", err)
	}
}

func linuxImage(t *testing.T) v1.Image {
	t.Helper()
	image, err := random.Image(1024, 2)
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config.OS, config.Architecture = "linux", "amd64"
	if image, err = mutate.ConfigFile(image, config); err != nil {
		t.Fatal(err)
	}
	return image
}

func saveImage(t *testing.T, image v1.Image, dir string) {
	t.Helper()
	path, err := layout.Write(filepath.Join(dir, "layout"), empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	if err := path.AppendImage(image, layout.WithAnnotations(map[string]string{content.RefAnnotation: "example.org/x:1"})); err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag("example.org/x:1")
	if err != nil {
		t.Fatal(err)
	}
	if err := tarball.WriteToFile(filepath.Join(dir, "image.tar"), tag, image); err != nil {
		t.Fatal(err)
	}
}

func serveImage(t *testing.T, image v1.Image) (host string) {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	host = strings.TrimPrefix(server.URL, "http://")
	ref, err := name.ParseReference(host + "/x:1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, image); err != nil {
		t.Fatal(err)
	}
	return host
}

// sizeSink counts the bytes of a bundle's blobs.
type sizeSink struct{ n int64 }

func (s *sizeSink) Begin(content.Manifest, []byte) error { return nil }

func (s *sizeSink) Blob(_ content.Blob, r io.Reader) error {
	n, err := io.Copy(io.Discard, r)
	s.n += n
	return err
}

func verify(t *testing.T, file string) int64 {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sink := &sizeSink{}
	if _, _, err := content.ReadBundle(context.Background(), f, content.DefaultLimits, sink); err != nil {
		t.Error(err)
	}
	return sink.n
}

func TestCreated(t *testing.T) {
	recipe := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	if got, err := created(recipe, ""); err != nil || !got.Equal(recipe) {
		t.Errorf("without SOURCE_DATE_EPOCH: %s, %v", got, err)
	}
	if got, err := created(recipe, "86400"); err != nil || got.Unix() != 86400 {
		t.Errorf("SOURCE_DATE_EPOCH=86400 gives %s, %v", got, err)
	}
	for _, bad := range []string{"x", "-1", "1.5"} {
		if _, err := created(recipe, bad); err == nil {
			t.Errorf("SOURCE_DATE_EPOCH=%s is accepted", bad)
		}
	}
}

func TestParsePins(t *testing.T) {
	got := parsePins("'http://mirror/b.deb' b.deb 20 SHA256:bb\nWarning: x\n'http://other/a.deb' a.deb 10 SHA256:aa\n")
	if want := "a.deb 10 SHA256:aa,b.deb 20 SHA256:bb"; strings.Join(got, ",") != want {
		t.Errorf("pins are %v, want %s", got, want)
	}
}
