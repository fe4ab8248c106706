package bundlewriter

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/content"
)

// spec is a small bundle with one of everything.
func spec(t *testing.T) Spec {
	t.Helper()
	shared, err := NewLayer(t.Context(), Entry{Path: "/bin/tool", Mode: 0o755, Data: Bytes([]byte("tool"))}, Entry{Path: "/bin/other", Link: "tool"})
	if err != nil {
		t.Fatal(err)
	}
	var images []Image
	for _, ref := range []string{"registry.k8s.io/a:1", "docker.io/slipway/b:1"} {
		image, err := NewImage(ref, ImageConfig{Entrypoint: []string{"/bin/tool"}, Env: []string{"NAME=" + ref}}, []Layer{shared})
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, image)
	}
	return Spec{
		Name: "test", Version: "1.2.3-1", Type: "kubernetes", Created: time.Unix(1700000000, 0),
		Images: images,
		Packs: []Pack{{
			PackConfig: content.PackConfig{
				Name: "p", Version: "1", Layer: "kubernetes", Images: []string{"registry.k8s.io/a:1"},
				Links: map[string]string{"bin/link": "tool"}, Manifests: []string{"manifests/a.yaml"}, Checks: []string{"dns"},
			},
			Files: []File{
				{Path: "bin/tool", Executable: true, Blob: Bytes([]byte("host tool"))},
				{Path: "manifests/a.yaml", Blob: Bytes([]byte("kind: A"))},
			},
		}},
		Definitions: []Definition{{Name: "d", Version: "1", YAML: []byte("kind: ClusterDefinition")}},
	}
}

func write(t *testing.T, s Spec) ([]byte, string) {
	t.Helper()
	var out bytes.Buffer
	digest, err := Write(t.Context(), s, &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), digest
}

// memorySink keeps a bundle in memory.
type memorySink struct{ blobs map[string][]byte }

func (m *memorySink) Begin(content.Manifest, []byte) error { return nil }

func (m *memorySink) Blob(b content.Blob, r io.Reader) error {
	data, err := io.ReadAll(r)
	m.blobs[b.Digest] = data
	return err
}

func (m *memorySink) read(digest string) ([]byte, error) {
	data, ok := m.blobs[digest]
	if !ok {
		return nil, errors.New("no blob " + digest)
	}
	return data, nil
}

func TestHostsReadWhatIsWritten(t *testing.T) {
	data, digest := write(t, spec(t))
	sink := &memorySink{blobs: map[string][]byte{}}
	m, got, err := content.ReadBundle(t.Context(), bytes.NewReader(data), content.DefaultLimits, sink)
	if err != nil {
		t.Fatal(err)
	}
	if got != digest {
		t.Errorf("hosts see the bundle as %s, the writer called it %s", got, digest)
	}
	if err := content.CheckGraph(m, sink.read); err != nil {
		t.Error(err)
	}
	if m.Images[0].Ref != "docker.io/slipway/b:1" || len(m.Packs) != 1 || len(m.Definitions) != 1 {
		t.Errorf("manifest is %+v", m)
	}
	raw, err := sink.read(m.Packs[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	artifact, err := content.ParseArtifact(raw)
	if err != nil {
		t.Fatal(err)
	}
	files, err := content.PackFiles(artifact)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 || files[0].Title != "bin/tool" || files[0].Mode != 0o755 || files[1].Mode != 0o644 {
		t.Errorf("pack files are %+v", files)
	}
}

func TestOrderOfInputDoesNotMatter(t *testing.T) {
	one, digest := write(t, spec(t))
	shuffled := spec(t)
	slices.Reverse(shuffled.Images)
	slices.Reverse(shuffled.Packs[0].Files)
	two, other := write(t, shuffled)
	if digest != other || !bytes.Equal(one, two) {
		t.Errorf("two writes of one bundle differ: %s and %s", digest, other)
	}
}

func TestSharedLayerIsStoredOnce(t *testing.T) {
	b, err := Plan(spec(t))
	if err != nil {
		t.Fatal(err)
	}
	// 2 image manifests + 2 configs + 1 shared layer, pack: manifest, config,
	// 2 files, definition: manifest, empty config, YAML.
	if len(b.Manifest.Blobs) != 12 {
		t.Errorf("the bundle has %d blobs, want 12", len(b.Manifest.Blobs))
	}
}

func TestPlanRefuses(t *testing.T) {
	pack := func(change func(p *Pack)) func(*Spec) {
		return func(s *Spec) { change(&s.Packs[0]) }
	}
	for name, test := range map[string]struct {
		change func(*Spec)
		says   string
	}{
		"image twice":       {func(s *Spec) { s.Images = append(s.Images, s.Images[0]) }, "twice"},
		"pack twice":        {func(s *Spec) { s.Packs = append(s.Packs, s.Packs[0]) }, "twice"},
		"name":              {func(s *Spec) { s.Name = "../x" }, "name"},
		"no platform":       {func(s *Spec) { s.Images[0].Platform = "" }, "platform"},
		"file escapes":      {pack(func(p *Pack) { p.Files[0].Path = "../bin/sh" }), "../bin/sh"},
		"file absolute":     {pack(func(p *Pack) { p.Files[0].Path = "/bin/sh" }), "/bin/sh"},
		"file twice":        {pack(func(p *Pack) { p.Files = append(p.Files, p.Files[0]) }), "once"},
		"manifest missing":  {pack(func(p *Pack) { p.Manifests = []string{"manifests/no.yaml"} }), "manifests/no.yaml"},
		"link out":          {pack(func(p *Pack) { p.Links = map[string]string{"bin/x": "../../etc/passwd"} }), "bin/x"},
		"link absolute":     {pack(func(p *Pack) { p.Links = map[string]string{"bin/x": "/bin/tool"} }), "bin/x"},
		"link over a file":  {pack(func(p *Pack) { p.Links = map[string]string{"bin/tool": "tool"} }), "bin/tool"},
		"link to a missing": {pack(func(p *Pack) { p.Links = map[string]string{"bin/x": "y"} }), "bin/x"},
	} {
		t.Run(name, func(t *testing.T) {
			s := spec(t)
			test.change(&s)
			if _, err := Plan(s); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("Plan says %v, want something about %q", err, test.says)
			}
		})
	}
}

func TestRottenBlobStopsTheWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "blob")
	for name, now := range map[string]string{"changed": "grown0", "grown": "good and more", "shrunk": "go"} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, []byte("good00"), 0o600); err != nil {
				t.Fatal(err)
			}
			blob, err := HashFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(now), 0o600); err != nil {
				t.Fatal(err)
			}
			s := spec(t)
			s.Packs[0].Files[0].Blob = blob
			if _, err := Write(t.Context(), s, io.Discard); err == nil {
				t.Error("a blob that changed since its digest was taken must not be written")
			}
		})
	}
}

func TestCancelStopsTheWrite(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Write(ctx, spec(t), io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled write says %v", err)
	}
}
