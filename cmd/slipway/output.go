package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"github.com/slipway-os/slipway/agent/api"
)

func printJSON(v any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// print shows v as JSON when asked to, else by table.
func (c *cli) print(v any, table func(w io.Writer)) error {
	if c.output == "json" {
		return printJSON(v)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	table(w)
	return w.Flush()
}

func readBounded(file string, limit int64) ([]byte, error) {
	var r io.Reader = os.Stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", file, limit)
	}
	return b, err
}

// size prints bytes for people.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}

// progress is one line that is overwritten on a terminal, and one line per change of step elsewhere.
type progress struct {
	w    *os.File
	tty  bool
	last string
	at   time.Time
}

func newProgress(w *os.File) *progress {
	return &progress{w: w, tty: term.IsTerminal(int(w.Fd()))}
}

func (p *progress) line(step, text string) {
	if p.tty {
		fmt.Fprintf(p.w, "\r\x1b[K%s", text)
		p.last = text
		return
	}
	if step != p.last || time.Since(p.at) > 10*time.Second {
		fmt.Fprintln(p.w, text)
		p.last, p.at = step, time.Now()
	}
}

func (p *progress) end() {
	if p.tty && p.last != "" {
		fmt.Fprintln(p.w)
	}
}

// operation shows the step an operation is at.
func (p *progress) operation(op api.Operation) {
	for i := len(op.Steps) - 1; i >= 0; i-- {
		s := op.Steps[i]
		if s.State != "running" && s.State != "failed" && (i > 0 || op.State == "running") {
			continue
		}
		parts := []string{op.Kind, s.Name}
		if s.Progress.Total > 0 {
			parts = append(parts, amount(s.Progress))
		}
		if s.Message != "" {
			parts = append(parts, s.Message)
		}
		p.line(s.Name+s.Message, strings.Join(parts, ": "))
		return
	}
}

func amount(g api.Progress) string {
	if g.Unit == "bytes" {
		return size(g.Done) + " of " + size(g.Total)
	}
	return strings.TrimSpace(fmt.Sprintf("%d of %d %s", g.Done, g.Total, g.Unit))
}
