package diag

import (
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Trouble is a warning or error of the agent, once however often it was logged.
type Trouble struct {
	Message     string // as it was logged last
	Priority    string // the worst
	Count       int
	First, Last time.Time
}

var (
	// numbers differ between messages that say the same: times, sizes, ports, digests, ids.
	numbers = regexp.MustCompile(`[0-9a-f]{8,}|[0-9]+`)
	// logged is the form of log/slog's text handler.
	logged = regexp.MustCompile(`^level=\S+ msg=("(?:[^"\\]|\\.)*"|\S*)(.*)$`)
)

// Troubles groups entries that say the same, the newest first.
func Troubles(entries []Entry) []Trouble {
	at := map[string]int{}
	out := []Trouble{}
	for _, e := range entries {
		e.Message = Plain(e.Message)
		key := numbers.ReplaceAllString(e.Message, "#")
		i, known := at[key]
		if !known {
			i = len(out)
			at[key] = i
			out = append(out, Trouble{First: e.Time, Priority: e.Priority})
		}
		t := &out[i]
		t.Count++
		t.Message, t.Last = e.Message, e.Time
		if slices.Index(Priorities, e.Priority) < slices.Index(Priorities, t.Priority) {
			t.Priority = e.Priority
		}
	}
	slices.SortStableFunc(out, func(a, b Trouble) int { return b.Last.Compare(a.Last) })
	return out
}

// Plain makes a line of the agent's log read as a sentence with its details after it; other lines stay as they are.
func Plain(line string) string {
	m := logged.FindStringSubmatch(line)
	if m == nil {
		return line
	}
	if text, err := strconv.Unquote(m[1]); err == nil {
		m[1] = text
	}
	return m[1] + m[2]
}
