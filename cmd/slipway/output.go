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
	seen map[string]string // state of each step as shown
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

// operation shows what is new: on a terminal the step that runs, elsewhere one line per step that begins or ends.
func (p *progress) operation(op api.Operation) {
	if p.seen == nil {
		p.seen = map[string]string{}
	}
	for _, s := range op.Steps {
		key := op.Id + s.Name // several uploads at once have steps of the same names
		if s.State == "pending" || (!p.tty && p.seen[key] == s.State) {
			continue
		}
		p.seen[key] = s.State
		if !p.tty {
			fmt.Fprintln(p.w, stepLine(op, s))
		} else if s.State == "running" || s.State == "failed" {
			p.line(s.Name, stepLine(op, s))
		}
	}
}

// stepLine says how far the operation is, then how far one of its steps is.
func stepLine(op api.Operation, s api.Step) string {
	head := op.Kind
	if op.Progress != nil {
		head += " (" + amount(*op.Progress) + ")"
	}
	parts := []string{head, s.Name}
	switch {
	case s.State == "succeeded" && s.EndedAt != nil && s.StartedAt != nil:
		parts = append(parts, fmt.Sprintf("done in %.1f s", s.EndedAt.Sub(*s.StartedAt).Seconds()))
	case s.Progress != nil && s.Progress.Total > 0:
		parts = append(parts, amount(*s.Progress))
	}
	if s.Message != "" && s.State != "succeeded" {
		parts = append(parts, s.Message)
	}
	return strings.Join(parts, ": ")
}

func amount(g api.Progress) string {
	if g.Unit == "bytes" {
		return size(g.Done) + " of " + size(g.Total)
	}
	return strings.TrimSpace(fmt.Sprintf("%d of %d %s", g.Done, g.Total, g.Unit))
}
