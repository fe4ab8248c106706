package diag

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestQueryArguments(t *testing.T) {
	since := time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		q    Query
		want []string // among the arguments
		not  string
		err  string
	}{
		{"the agent", Query{Lines: 20}, []string{"--unit=slipway-agent.service", "--lines=20", "--reverse"}, "", ""},
		{"all", Query{Unit: UnitAll, Lines: 1}, nil, "--unit", ""},
		{"kernel", Query{Unit: UnitKernel, Lines: 1}, []string{"--dmesg"}, "--unit", ""},
		{"a unit", Query{Unit: "kubelet.service", Lines: 1, Priority: "warning"}, []string{"--unit=kubelet.service", "--priority=warning"}, "", ""},
		{"text is no pattern", Query{Lines: 1, Text: "a.b*"}, []string{`--grep=a\.b\*`, "--case-sensitive=false"}, "", ""},
		{"time", Query{Lines: 1, Since: since}, []string{"--since=@1773446400"}, "", ""},
		{"what came later", Query{Lines: 5, After: "s=1f;i=2"}, []string{"--after-cursor=s=1f;i=2"}, "--reverse", ""},
		{"an option as unit", Query{Unit: "--root=/x", Lines: 1}, nil, "", "not the name of a systemd unit"},
		{"an unknown priority", Query{Lines: 1, Priority: "bad"}, nil, "", "choose one of emerg"},
		{"a cursor of somebody", Query{Lines: 1, After: "x y"}, nil, "", "no place in the journal"},
		{"too many", Query{Lines: MaxLines + 1}, nil, "", "1 to 1000"},
	} {
		args, err := c.q.args()
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v", c.name, err)
		}
		for _, w := range c.want {
			if !slices.Contains(args, w) {
				t.Errorf("%s: no %s in %q", c.name, w, args)
			}
		}
		if c.not != "" && strings.Contains(strings.Join(args, " "), c.not) {
			t.Errorf("%s: %s in %q", c.name, c.not, args)
		}
	}
}

// printed is a record as journalctl prints it.
func printed(second int, priority, message string) string {
	return fmt.Sprintf(`{"__CURSOR":"c=%d","__REALTIME_TIMESTAMP":"%d000000","PRIORITY":"%s","_SYSTEMD_UNIT":"slipway-agent.service","MESSAGE":%s}`, second, second, priority, message)
}

func TestJournalIsOldestFirstAndGoesOn(t *testing.T) {
	// The newest entry of the whole journal is 9; of those that match, printed in reverse, 7 is.
	programs(t, "case \"$*\" in *--reverse*) cat <<'X'\n"+printed(7, "4", `"seven"`)+"\n"+printed(3, "6", `[110,255,111]`)+"\n"+printed(2, "6", "null")+
		"\nX\n;; *--after-cursor*) ;; *) cat <<'X'\n"+printed(9, "6", `"nine"`)+"\nX\nesac", "0")
	p, err := Journal(t.Context(), Query{Lines: 10})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range p.Entries {
		got = append(got, fmt.Sprintf("%d %s %s %s", e.Time.Unix(), e.Priority, e.Unit, e.Message))
	}
	want := []string{"2 info slipway-agent.service (too long to be shown here; journalctl on the host shows it)", "3 info slipway-agent.service n?o",
		"7 warning slipway-agent.service seven"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if p.Cursor != "c=9" {
		t.Errorf("cursor %q: a follower would read again what does not match", p.Cursor)
	}
	p, err = Journal(t.Context(), Query{Lines: 10, After: "c=9"})
	if err != nil || len(p.Entries) != 0 || p.Cursor != "c=9" {
		t.Errorf("nothing new: %+v, %v", p, err)
	}
}

func TestAPageEndsAtItsLimit(t *testing.T) {
	programs(t, "while :; do echo '"+printed(1, "6", `"x"`)+"'; done", "0")
	p, err := Journal(t.Context(), Query{Lines: 5, After: "c=0"})
	if err != nil || len(p.Entries) != 5 {
		t.Errorf("%d entries, %v", len(p.Entries), err)
	}
}

func TestNoJournal(t *testing.T) {
	programs(t, "echo no journal here >&2", "1")
	if _, err := Journal(t.Context(), Query{Lines: 5}); err == nil || !strings.Contains(err.Error(), "no journal here") {
		t.Errorf("%v", err)
	}
	programs(t, "", "1") // what journalctl does when nothing matches
	if p, err := Journal(t.Context(), Query{Lines: 5, Text: "x"}); err != nil || len(p.Entries) != 0 {
		t.Errorf("nothing matches: %+v, %v", p, err)
	}
}

// Feature 141.
func TestTroublesAreGrouped(t *testing.T) {
	at := func(s int64) time.Time { return time.Unix(s, 0).UTC() }
	got := Troubles([]Entry{
		{at(1), "a", "warning", `level=WARN msg="peer does not answer" after=2s`},
		{at(2), "a", "err", `panic: oh`},
		{at(3), "a", "err", `level=ERROR msg="peer does not answer" after=4s`},
	})
	want := []Trouble{{"peer does not answer after=4s", "err", 2, at(1), at(3)}, {"panic: oh", "err", 1, at(2), at(2)}}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func FuzzRecords(f *testing.F) {
	f.Add(printed(1, "4", `"x"`))
	f.Add("{}\n[]\n\x00")
	f.Add(`{"MESSAGE":[1,-1,300],"PRIORITY":"99"}`)
	f.Fuzz(func(t *testing.T, text string) {
		records, _, _ := readRecords(strings.NewReader(text), 10)
		for _, r := range records {
			if e := r.entry(); e.Message == "" || e.Priority == "" {
				t.Errorf("%q gives %+v", text, e)
			}
		}
	})
}
