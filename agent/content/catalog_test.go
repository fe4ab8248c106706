package content

import (
	"errors"
	"strings"
	"testing"
)

func TestHostStatus(t *testing.T) {
	d1, d2 := DigestOf([]byte("1")), DigestOf([]byte("2"))
	c := Catalog{{Digest: d1}, {Digest: d2}}
	rep := func(s1, s2 State) *Report {
		return &Report{Items: []ItemReport{{Digest: d1, State: s1}, {Digest: d2, State: s2}}}
	}
	for what, tc := range map[string]struct {
		c         Catalog
		r         *Report
		reachable bool
		want      Status
	}{
		"nothing to have":  {nil, nil, false, Synced},
		"never heard":      {c, nil, true, NotSynced},
		"all":              {c, rep(Completed, Completed), true, Synced},
		"all, then silent": {c, rep(Completed, Completed), false, Synced},
		"one under way":    {c, rep(Completed, Pending), true, Syncing},
		"one not known":    {c, &Report{Items: []ItemReport{{Digest: d1, State: Completed}}}, true, Syncing},
		"under way, gone":  {c, rep(Completed, Pending), false, NotSynced},
		"failed":           {c, rep(Pending, Failed), true, SyncError},
		"other items only": {c, &Report{Items: []ItemReport{{Digest: DigestOf(nil), State: Completed}}}, true, Syncing},
	} {
		if got := HostStatus(tc.c, tc.r, tc.reachable); got != tc.want {
			t.Errorf("%s: %s, want %s", what, got, tc.want)
		}
	}
	s := SyncOf(d2, map[string]*Report{"b": rep(Completed, Failed), "a": rep(Completed, Completed), "c": nil})
	if s.Completed != 1 || s.Failed != 1 || s.Pending != 1 || s.Hosts[0].Host != "a" || s.Hosts[2].State != Pending {
		t.Errorf("%+v", s)
	}
}

func TestValidateOfPeers(t *testing.T) {
	e := CatalogEntry{Digest: DigestOf(nil), Name: "a", Version: "1", Type: "kubernetes"}
	if err := (Catalog{e}).Validate(); err != nil {
		t.Error(err)
	}
	bad := e
	bad.Name = "<script>"
	for what, c := range map[string]Catalog{"twice": {e, e}, "name": {bad}, "digest": {{Digest: "x"}}, "many": make(Catalog, MaxCatalog+1)} {
		if err := c.Validate(); !errors.Is(err, ErrInvalid) {
			t.Errorf("catalog %s: %v", what, err)
		}
	}
	i := ItemReport{Digest: DigestOf(nil), State: Pending, Error: ErrorText(errors.New(strings.Repeat("x", 9999)))}
	if err := (Report{Items: []ItemReport{i}}).Validate(); err != nil {
		t.Error(err)
	}
	long, state := i, i
	long.Error += "x"
	state.State = "Perfect"
	for what, r := range map[string]Report{"long": {Items: []ItemReport{long}}, "state": {Items: []ItemReport{state}}, "free": {FreeBytes: -1}} {
		if err := r.Validate(); !errors.Is(err, ErrInvalid) {
			t.Errorf("report %s: %v", what, err)
		}
	}
}
