package diag

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Units that are no unit's name.
const (
	UnitAgent  = "slipway-agent.service"
	UnitAll    = "all"
	UnitKernel = "kernel"
)

// Query selects entries of the journal.
type Query struct {
	Unit     string // a unit's name, UnitAll or UnitKernel; empty is the agent
	Lines    int    // 1 to MaxLines
	Priority string // only this serious or worse: one of Priorities; empty takes all
	Text     string // part of the message, upper or lower case alike
	Since    time.Time
	After    string // cursor of the page before: only what came later
}

// Priorities of syslog(3), the most serious first.
var Priorities = []string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}

// Entry is one entry of the journal.
type Entry struct {
	Time     time.Time
	Unit     string // the unit, or the program that logged
	Priority string
	Message  string
}

// Page is a part of the journal, oldest first. Cursor is where the next page begins.
type Page struct {
	Entries []Entry
	Cursor  string
}

var (
	unitName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9@._:-]{0,127}$`)
	cursor   = regexp.MustCompile(`^[a-z0-9=;]{1,256}$`)
)

// args are journalctl(1)'s. A first page is read from the end backwards, a later one from its cursor on.
func (q Query) args() ([]string, error) {
	if q.Lines < 1 || q.Lines > MaxLines {
		return nil, fmt.Errorf("1 to %d lines can be shown, not %d", MaxLines, q.Lines)
	}
	args := []string{"--no-pager", "--quiet", "--output=json", "--output-fields=MESSAGE,PRIORITY,_SYSTEMD_UNIT,UNIT,SYSLOG_IDENTIFIER"}
	switch unit := q.Unit; {
	case unit == UnitAll:
	case unit == UnitKernel:
		args = append(args, "--dmesg")
	case unit == "":
		args = append(args, "--unit="+UnitAgent)
	case unitName.MatchString(unit):
		args = append(args, "--unit="+unit)
	default:
		return nil, fmt.Errorf("%.64q is not the name of a systemd unit", unit)
	}
	if q.Priority != "" && !slices.Contains(Priorities, q.Priority) {
		return nil, fmt.Errorf("%.16q is no priority; choose one of %s", q.Priority, strings.Join(Priorities, ", "))
	}
	if q.Priority != "" {
		args = append(args, "--priority="+q.Priority)
	}
	if q.Text != "" {
		args = append(args, "--case-sensitive=false", "--grep="+regexp.QuoteMeta(q.Text))
	}
	if !q.Since.IsZero() {
		args = append(args, "--since=@"+strconv.FormatInt(q.Since.Unix(), 10))
	}
	if q.After == "" {
		return append(args, "--reverse", "--lines="+strconv.Itoa(q.Lines)), nil
	}
	if !cursor.MatchString(q.After) {
		return nil, errors.New("that is no place in the journal; ask without it")
	}
	return append(args, "--after-cursor="+q.After), nil
}

// Journal reads a page of the journal.
func Journal(ctx context.Context, q Query) (Page, error) {
	args, err := q.args()
	if err != nil {
		return Page{}, err
	}
	end := q.After
	var ended time.Time
	if end == "" { // where the journal ends now, for when nothing in it matches
		last, err := journal(ctx, 1, "--no-pager", "--quiet", "--output=json", "--output-fields=PRIORITY", "--lines=1")
		if err != nil {
			return Page{}, err
		}
		if len(last) > 0 {
			end, ended = last[0].Cursor, last[0].entry().Time
		}
	}
	records, err := journal(ctx, q.Lines, args...)
	if err != nil {
		return Page{}, err
	}
	if q.After == "" {
		slices.Reverse(records)
	}
	p := Page{Entries: []Entry{}, Cursor: end}
	for _, r := range records {
		p.Entries = append(p.Entries, r.entry())
	}
	if n := len(records); n > 0 && !p.Entries[n-1].Time.Before(ended) {
		p.Cursor = records[n-1].Cursor
	}
	return p, nil
}

// record is what journalctl --output=json says of one entry (https://systemd.io/JOURNAL_EXPORT_FORMATS/).
type record struct {
	Cursor   string          `json:"__CURSOR"`
	Micros   string          `json:"__REALTIME_TIMESTAMP"`
	Message  json.RawMessage `json:"MESSAGE"`
	Priority string          `json:"PRIORITY"`
	Unit     string          `json:"_SYSTEMD_UNIT"`
	About    string          `json:"UNIT"` // systemd speaks of this unit
	Program  string          `json:"SYSLOG_IDENTIFIER"`
}

func (r record) entry() Entry {
	micros, _ := strconv.ParseInt(r.Micros, 10, 64)
	e := Entry{Time: time.UnixMicro(micros).UTC(), Unit: r.Unit, Priority: "info", Message: r.text()}
	switch {
	case r.About != "":
		e.Unit = r.About
	case e.Unit == "":
		e.Unit = r.Program
	}
	if p, err := strconv.Atoi(r.Priority); err == nil && p >= 0 && p < len(Priorities) {
		e.Priority = Priorities[p]
	}
	return e
}

// text is the message: a string, numbers when it is no UTF-8, or null when it is longer than 4096 bytes.
func (r record) text() string {
	var s string
	if json.Unmarshal(r.Message, &s) == nil && s != "" {
		return s
	}
	var numbers []int // []byte would be read as base64
	if json.Unmarshal(r.Message, &numbers) == nil && len(numbers) > 0 {
		b := make([]byte, len(numbers))
		for i, n := range numbers {
			b[i] = byte(n)
		}
		return strings.ToValidUTF8(string(b), "?")
	}
	return "(too long to be shown here; journalctl on the host shows it)"
}

// maxRecord is more than journalctl prints of one entry with fields of at most 4096 bytes.
const maxRecord = 256 << 10

// journal runs journalctl and reads at most n of its records.
func journal(ctx context.Context, n int, args ...string) ([]record, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "journalctl", args...)
	var said bounded
	cmd.Stderr, cmd.WaitDelay = &said, time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("journalctl cannot be run on this host: %w", err)
	}
	records, full, err := readRecords(out, n)
	if full {
		cancel() // it has more, which is for the next page
	}
	werr := cmd.Wait()
	switch text := bytes.TrimSpace(said.kept.Bytes()); {
	case err != nil:
		return nil, fmt.Errorf("the journal cannot be read: %w", err)
	case werr != nil && !full && len(text) > 0: // without a match for --grep it ends with 1 and says nothing
		return nil, fmt.Errorf("journalctl: %s", text)
	}
	return records, nil
}

// readRecords reads records until n are there; full tells that there were as many.
func readRecords(r io.Reader, n int) (records []record, full bool, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxRecord)
	for len(records) < n && lines.Scan() {
		var rec record
		if err := json.Unmarshal(lines.Bytes(), &rec); err != nil {
			continue // a field that occurs twice is a list: such an entry is not for people
		}
		records = append(records, rec)
	}
	return records, len(records) == n, lines.Err()
}
