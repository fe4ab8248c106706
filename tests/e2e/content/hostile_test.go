package content

import (
	"archive/tar"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
	"github.com/slipway-os/slipway/tests/e2e/suite"
)

// entry is one file of an archive.
type entry struct {
	name string
	link string // of a symbolic link
	data []byte
}

// hostile uploads what is no good bundle to a host with a pool of its own, so that every block that stays would show.
func (g *group) hostile(t *testing.T) {
	h := g.Host(1)
	suite.Exec(t, h, `systemctl stop slipway-agent; mount -t tmpfs -o mode=0700,size=1300m tmpfs /var/lib/slipway/pool; systemctl start slipway-agent`)
	state := func() string {
		return pool(t, h) + suite.Exec(t, h, "stat --file-system --format='%f blocks free' /var/lib/slipway/pool")
	}
	before := state()
	for _, bad := range hostileFiles(t) {
		t.Run(bad.name, func(t *testing.T) {
			if err := h.PutFile(t.Context(), bad.data, "/root/bad.tar.zst", 0o600); err != nil {
				t.Fatal(err)
			}
			suite.On(t, h, "", "content", "upload", "/root/bad.tar.zst").Refused(t, bad.words)
			if after := state(); after != before {
				t.Errorf("something stays in the pool:\n%s\nbefore:\n%s", after, before)
			}
			if list := suite.OnJSON[[]any](t, h, "content", "list"); len(list) != 0 {
				t.Errorf("it is listed: %v", list)
			}
		})
	}
	suite.Exec(t, h, `rm /root/bad.tar.zst; systemctl stop slipway-agent; umount /var/lib/slipway/pool; systemctl start slipway-agent`)
}

type hostileFile struct {
	name  string
	data  []byte
	words string // of the refusal
}

func hostileFiles(t *testing.T) []hostileFile {
	t.Helper()
	good := bundle(t, suite.Small("good", 1<<20, 2<<20))
	parts := unpack(t, good)
	change := func(fn func(all []entry) []entry) []byte {
		return archive(t, fn(slices.Clone(parts)))
	}
	noise := make([]byte, 1<<20)
	_, _ = rand.Read(noise)
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	return []hostileFile{
		{"empty", nil, "empty"},
		{"not a bundle", noise, "not a valid content bundle"},
		{"another archive", archive(t, []entry{{name: "README", data: []byte("hello")}}), "not manifest.json"},
		{"torn", good[:len(good)/2], "not a valid content bundle"},
		{"without its last blob", archive(t, parts[:len(parts)-1]), "missing"},
		{"flipped bit", flipped, "not a valid content bundle"},
		{"tampered", change(tamper), "not a valid content bundle"},
		{"longer than it says", change(lengthen), "manifest.json says"},
		{"more than it may claim", change(func(all []entry) []entry { return claim(t, all, 17<<30) }), "not a valid content bundle"},
		{"large manifest", change(func(all []entry) []entry {
			all[0].data = append(all[0].data, bytes.Repeat([]byte(" "), 5<<20)...)
			return all
		}), "at most"},
		{"traversing", change(func(all []entry) []entry {
			return append(all, entry{name: "../../../../etc/evil", data: []byte("x")})
		}), "not named in manifest.json"},
		{"traversing below blobs", change(func(all []entry) []entry {
			all[len(all)-1].name = "blobs/sha256/../../../evil"
			return all
		}), "not named in manifest.json"},
		{"link", change(func(all []entry) []entry {
			all[len(all)-1] = entry{name: all[len(all)-1].name, link: "/etc/shadow"}
			return all
		}), "not a regular file"},
		{"twice", change(func(all []entry) []entry { return append(all, all[len(all)-1]) }), "twice"},
		{"does not fit unpacked", bundle(t, zeros(300<<20)), "not enough free space"},
		{"does not fit", noise300(noise), "not enough free space"},
	}
}

// tamper changes one byte of the largest blob.
func tamper(all []entry) []entry {
	i := largest(all)
	all[i].data = bytes.Clone(all[i].data)
	all[i].data[len(all[i].data)/2] ^= 1
	return all
}

// lengthen adds a byte to the largest blob.
func lengthen(all []entry) []entry {
	i := largest(all)
	all[i].data = append(bytes.Clone(all[i].data), 0)
	return all
}

func largest(all []entry) int {
	best := 0
	for i, e := range all {
		if len(e.data) > len(all[best].data) {
			best = i
		}
	}
	return best
}

// claim makes the manifest say that its first blob has so many bytes.
func claim(t *testing.T, all []entry, size int64) []entry {
	t.Helper()
	var m content.Manifest
	if err := json.Unmarshal(all[0].data, &m); err != nil {
		t.Fatal(err)
	}
	m.Blobs[0].SizeBytes = size
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	all[0].data = text
	return all
}

// zeros is a bundle that is tiny until it is unpacked.
func zeros(size int) bundlewriter.Spec {
	spec := suite.Small("zeros")
	spec.Packs[0].Files = []bundlewriter.File{{Path: "data/zeros", Blob: bundlewriter.Bytes(make([]byte, size))}}
	return spec
}

// noise300 is 300 MiB that no pool of the test has room for twice.
func noise300(noise []byte) []byte { return bytes.Repeat(noise, 300) }

func bundle(t *testing.T, spec bundlewriter.Spec) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := bundlewriter.Write(t.Context(), spec, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func unpack(t *testing.T, data []byte) (all []entry) {
	t.Helper()
	z, err := zstd.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for r := tar.NewReader(z); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, entry{name: strings.TrimPrefix(header.Name, "./"), data: raw})
	}
}

func archive(t *testing.T, all []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for _, e := range all {
		header := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.data)), Typeflag: tar.TypeReg}
		if e.link != "" {
			header.Typeflag, header.Linkname = tar.TypeSymlink, e.link
		}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
