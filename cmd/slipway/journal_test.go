package main

import (
	"bytes"
	"log/slog"
	"testing"
)

func TestLinesForTheJournalCarryTheirPriority(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(newJournalHandler(&b)).With("host", "h1").WithGroup("g")
	log.Debug("no")
	log.Info("one", "time", 1)
	log.Warn("two\nlines")
	log.Error("three")
	want := "<6>level=INFO msg=one host=h1 g.time=1\n<4>level=WARN msg=\"two\\nlines\" host=h1\n<3>level=ERROR msg=three host=h1\n"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
}
