package rootfs

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// progress passes on the lines of a long command that say how far it is, at
// most one in two seconds; the whole output is in the log file.
type progress struct {
	log  io.Writer
	name string
	rest []byte
	last time.Time
	seen int
}

// Write never fails: a broken progress line must not break a build.
func (p *progress) Write(data []byte) (int, error) {
	p.rest = append(p.rest, data...)
	for {
		line, rest, found := bytes.Cut(p.rest, []byte("\n"))
		if !found {
			return len(data), nil
		}
		p.rest = rest
		p.seen++
		if text := strings.TrimSpace(string(line)); text != "" && time.Since(p.last) > 2*time.Second {
			p.last = time.Now()
			fmt.Fprintf(p.log, "rootfs: %s: [%d] %s\n", p.name, p.seen, text)
		}
	}
}

// tail returns the last part of a log for an error message.
func tail(path string) string {
	const limit = 2000
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	if len(data) > limit {
		data = data[len(data)-limit:]
	}
	return string(data)
}
