package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
)

// said returns what a progress wrote, on a terminal or elsewhere.
func said(t *testing.T, tty bool, tell func(p *progress)) string {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p := &progress{w: f, tty: tty}
	tell(p)
	p.end()
	b, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Elsewhere than on a terminal each step has a line when it begins and one when it ends, also of two imports at once.
func TestProgressInALog(t *testing.T) {
	begun := time.Unix(0, 0)
	ended := begun.Add(1500 * time.Millisecond)
	op := func(id, state string) api.Operation {
		s := api.Step{Name: "unpack", State: state, StartedAt: &begun, Progress: &api.Progress{Done: 5 << 20, Total: 10 << 20, Unit: "bytes"}}
		if state == "succeeded" {
			s.EndedAt = &ended
		}
		return api.Operation{Id: id, Kind: "content.import", Steps: []api.Step{s, {Name: "sync", State: "pending"}}}
	}
	got := said(t, false, func(p *progress) {
		p.line("upload", "uploading 2 file(s): 1.0 MiB of 20.0 MiB")
		p.line("upload", "uploading 2 file(s): 2.0 MiB of 20.0 MiB") // too soon after the first
		for _, state := range []string{"running", "running", "succeeded"} {
			p.operation(op("a", state))
			p.operation(op("b", state))
		}
	})
	const running, done = "content.import: unpack: 5.0 MiB of 10.0 MiB\n", "content.import: unpack: done in 1.5 s\n"
	if want := "uploading 2 file(s): 1.0 MiB of 20.0 MiB\n" + running + running + done + done; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// On a terminal there is one line, written over.
func TestProgressOnATerminal(t *testing.T) {
	got := said(t, true, func(p *progress) {
		p.line("upload", "one")
		p.line("upload", "two")
	})
	if got != "\r\x1b[Kone\r\x1b[Ktwo\n" || strings.Count(got, "\n") != 1 {
		t.Errorf("got %q", got)
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 3 << 20: "3.0 MiB", 5 << 29: "2.5 GiB"} {
		if got := size(n); got != want {
			t.Errorf("%d is shown as %s, want %s", n, got, want)
		}
	}
}
