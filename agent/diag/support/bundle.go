package support

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// maxTotal bounds what is in a bundle before compression, in bytes.
const maxTotal = 64 << 20

// Manifest says what is in a bundle.
type Manifest struct {
	Host      string    `json:"host"`
	Version   string    `json:"agentVersion"`
	CreatedAt time.Time `json:"createdAt"`
	Files     []File    `json:"files"`
}

// File is one source's outcome.
type File struct {
	Name      string `json:"name"`
	SizeBytes int    `json:"sizeBytes"`
	Error     string `json:"error,omitempty"` // why it is not there, or not whole
}

// write writes a bundle: what the sources give, scrubbed, below one folder, and at the end manifest.json. What does not fit
// into limit bytes is left out. progress is called with the number of sources done.
func write(ctx context.Context, w io.Writer, folder string, m Manifest, sources []Source, limit int, progress func(done int)) error {
	zipped := gzip.NewWriter(w)
	archive := tar.NewWriter(zipped)
	add := func(name string, b []byte) error {
		h := &tar.Header{Name: folder + "/" + name, Mode: 0o600, Size: int64(len(b)), ModTime: m.CreatedAt, Format: tar.FormatPAX}
		if err := archive.WriteHeader(h); err != nil {
			return err
		}
		_, err := archive.Write(b)
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	gathered, wait := gather(ctx, sources)
	defer wait()
	defer cancel()
	total := 0
	for i, s := range sources {
		r, ok := <-gathered
		if !ok {
			return ctx.Err()
		}
		text, err := scrubBytes(r.b), r.err
		if total+len(text) > limit {
			text, err = "", fmt.Errorf("left out: it has %d bytes and the bundle is full", len(text))
		}
		total += len(text)
		f := File{Name: s.Name, SizeBytes: len(text)}
		if err != nil {
			f.Error = Scrub(err.Error())
		}
		m.Files = append(m.Files, f)
		if text != "" {
			if err := add(s.Name, []byte(text)); err != nil {
				return err
			}
		}
		progress(i + 1)
	}
	list, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := add("manifest.json", append(list, '\n')); err != nil {
		return err
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return zipped.Close()
}

// atOnce is how many sources are read at the same time: some wait for a service that does not answer.
const atOnce = 3

type result struct {
	b   []byte
	err error
}

// gather reads the sources, a few at a time, and gives the results in their order. The channel is closed early when ctx
// ends. wait returns when nothing is read any more.
func gather(ctx context.Context, sources []Source) (results <-chan result, wait func()) {
	var group sync.WaitGroup
	pending := make(chan chan result, atOnce-1) // in order; full when enough are under way
	out := make(chan result)
	group.Go(func() {
		defer close(pending)
		for _, s := range sources {
			one := make(chan result, 1)
			select {
			case pending <- one:
			case <-ctx.Done():
				return
			}
			group.Go(func() {
				b, err := s.read(ctx)
				one <- result{b, err}
			})
		}
	})
	group.Go(func() {
		defer close(out)
		for one := range pending {
			r := <-one
			if ctx.Err() != nil {
				continue
			}
			select {
			case out <- r:
			case <-ctx.Done():
			}
		}
	})
	return out, group.Wait
}
