package builder

import (
	"fmt"
	"io"
	"time"
)

// progress prints one line for each step: its number, its name and how long it
// took. Steps run one after another, since each uses all cores by itself.
type progress struct {
	w        io.Writer
	n, total int
}

func (p *progress) step(name string, run func() (cached bool, err error)) error {
	p.n++
	fmt.Fprintf(p.w, "[%*d/%d] %s ... ", digits(p.total), p.n, p.total, name)
	start := time.Now()
	cached, err := run()
	switch {
	case err != nil:
		fmt.Fprintln(p.w, "failed")
		return fmt.Errorf("%s: %w", name, err)
	case cached:
		fmt.Fprintln(p.w, "cached")
	default:
		fmt.Fprintf(p.w, "%.1f s\n", time.Since(start).Seconds())
	}
	return nil
}

// note tells how far the step in work is.
func (p *progress) note(format string, args ...any) {
	fmt.Fprintf(p.w, "\n        "+format+" ", args...)
}

func digits(n int) int { return len(fmt.Sprint(n)) }
