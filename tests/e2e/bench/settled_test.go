package main

import (
	"strings"
	"testing"
	"time"
)

func TestLastReady(t *testing.T) {
	object := func(name, status, at string) string {
		return `{"kind":"Pod","metadata":{"name":"` + name + `"},"status":{"conditions":[{"type":"Initialized","status":"True","lastTransitionTime":"2030-01-01T00:00:00Z"},` +
			`{"type":"Ready","status":"` + status + `","lastTransitionTime":"` + at + `"}]}}`
	}
	list := func(objects ...string) []byte { return []byte(`{"items":[` + strings.Join(objects, ",") + `]}`) }
	got, err := lastReady(list(object("a", "True", "2026-01-01T10:00:05Z"), object("b", "True", "2026-01-01T10:00:07Z"), object("c", "True", "2026-01-01T10:00:06Z")))
	if err != nil || !got.Equal(time.Date(2026, 1, 1, 10, 0, 7, 0, time.UTC)) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, raw := range [][]byte{list(), list(object("a", "False", "2026-01-01T10:00:05Z")), []byte("no list")} {
		if got, err := lastReady(raw); err == nil {
			t.Errorf("%s is taken for ready at %v", raw, got)
		}
	}
}
