package content

import (
	"fmt"
	"slices"
	"testing"
)

func set(digests ...string) map[string]bool {
	m := map[string]bool{}
	for _, d := range digests {
		m[d] = true
	}
	return m
}

func someBlobs(n int) (blobs []Blob, all map[string]bool) {
	all = map[string]bool{}
	for i := range n {
		b := blobOf([]byte(fmt.Sprint("blob ", i)))
		blobs, all[b.Digest] = append(blobs, b), true
	}
	return blobs, all
}

func TestPlanChoosesSources(t *testing.T) {
	blobs, all := someBlobs(1)
	b := blobs[0]
	for what, tc := range map[string]struct {
		g    Group
		want [][]string // sources of each fetch
	}{
		"nobody has it":     {Group{Self: "f", Leader: "l", Holds: map[string]map[string]bool{"l": {}, "x": {}}}, nil},
		"no peers":          {Group{Self: "f"}, nil},
		"only the leader":   {Group{Self: "f", Leader: "l", Holds: map[string]map[string]bool{"l": all}}, [][]string{{"l"}}},
		"follower before":   {Group{Self: "f", Leader: "l", Holds: map[string]map[string]bool{"l": all, "x": all}}, [][]string{{"x", "l"}}},
		"leader lost it":    {Group{Self: "f", Leader: "l", Holds: map[string]map[string]bool{"l": {}, "x": all}}, [][]string{{"x"}}},
		"I am the leader":   {Group{Self: "l", Leader: "", Holds: map[string]map[string]bool{"x": all}}, [][]string{{"x"}}},
		"self is no source": {Group{Self: "f", Leader: "l", Holds: map[string]map[string]bool{"f": all}}, nil},
		"liar": {Group{Self: "f", Leader: "l", Barred: map[string]map[string]bool{"x": all},
			Holds: map[string]map[string]bool{"l": all, "x": all}}, [][]string{{"l"}}},
		"leader's is damaged": {Group{Self: "f", Leader: "l", Barred: map[string]map[string]bool{"l": all},
			Holds: map[string]map[string]bool{"l": all, "x": all}}, [][]string{{"x"}}},
		"relaxed from leader": {Group{Self: "f", Leader: "l", Relaxed: true, Holds: map[string]map[string]bool{"l": all, "a": {}, "b": {}, "c": {}, "d": {}}}, [][]string{{"l"}}},
	} {
		t.Run(what, func(t *testing.T) {
			var got [][]string
			for _, f := range Plan([]Blob{b}, tc.g) {
				got = append(got, f.Sources)
			}
			if fmt.Sprint(got) != fmt.Sprint(tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// Every blob has exactly one host that takes it from the leader, and the
// shares are about even.
func TestPlanSharesTheLeader(t *testing.T) {
	blobs, all := someBlobs(300)
	hosts := []string{"host-a", "host-b", "host-c"}
	takers := map[string]int{}
	for _, self := range hosts {
		holds := map[string]map[string]bool{"leader": all}
		for _, h := range hosts {
			if h != self {
				holds[h] = set()
			}
		}
		plan := Plan(blobs, Group{Self: self, Leader: "leader", Holds: holds})
		if len(plan) < 70 || len(plan) > 130 {
			t.Errorf("%s takes %d of 300", self, len(plan))
		}
		for _, f := range plan {
			takers[f.Blob.Digest]++
		}
	}
	for _, b := range blobs {
		if takers[b.Digest] != 1 {
			t.Errorf("%s has %d takers", b.Digest, takers[b.Digest])
		}
	}
}

func TestPlanSpreadsOverFollowers(t *testing.T) {
	blobs, all := someBlobs(100)
	first := map[string]int{}
	g := Group{Self: "f", Leader: "l", Holds: map[string]map[string]bool{"l": all, "x": all, "y": all}}
	plan := Plan(blobs, g)
	for _, f := range plan {
		first[f.Sources[0]]++
		if !slices.Contains(f.Sources, "l") {
			t.Error("the leader is no fall-back")
		}
	}
	if len(plan) != 100 || first["l"] != 0 || first["x"] < 30 || first["y"] < 30 {
		t.Errorf("first sources %v of %d", first, len(plan))
	}
}

// A round of every host after the other until all have everything: the leader
// sends each blob once however many hosts there are.
func TestPlanLeaderSendsOnce(t *testing.T) {
	blobs, all := someBlobs(120)
	for _, n := range []int{1, 3, 10} {
		have := map[string]map[string]bool{"leader": all}
		for i := range n {
			have[fmt.Sprint("f", i)] = set()
		}
		sent := 0
		for range 200 {
			for i := range n {
				self := fmt.Sprint("f", i)
				holds := map[string]map[string]bool{}
				for id, s := range have {
					if id != self {
						holds[id] = s
					}
				}
				var want []Blob
				for _, b := range blobs {
					if !have[self][b.Digest] {
						want = append(want, b)
					}
				}
				plan := Plan(want, Group{Self: self, Leader: "leader", Holds: holds})
				for _, f := range plan[:min(4, len(plan))] {
					have[self][f.Blob.Digest] = true
					if f.Sources[0] == "leader" {
						sent++
					}
				}
			}
		}
		for id, s := range have {
			if len(s) != len(blobs) {
				t.Fatalf("%d hosts: %s got only %d blobs", n, id, len(s))
			}
		}
		if sent != len(blobs) {
			t.Errorf("%d hosts: the leader sent %d blobs, %d exist", n, sent, len(blobs))
		}
	}
}
