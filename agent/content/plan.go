package content

import (
	"cmp"
	"hash/fnv"
	"slices"
)

// Group is what a host knows of the hosts it can fetch from.
type Group struct {
	Self string
	// Leader is the id of the leader, "" when it is not reachable or is Self.
	Leader string
	// Holds has, per reachable peer (the leader too), the digests it holds.
	Holds map[string]map[string]bool
	// Barred has, per peer, the digests it sent damaged a short time ago.
	Barred map[string]map[string]bool
	// Relaxed makes the host take from the leader, after all else, what another
	// follower was expected to take: set it when the others make no progress.
	Relaxed bool
}

// Fetch is one blob to get and the peers to try, best first.
type Fetch struct {
	Blob    Blob
	Sources []string
}

// Plan decides which of want a host fetches now, and from whom. The leader's
// uplink is the bottleneck when a bundle is new, so each blob has one host,
// chosen by hash of (host, digest) among the reachable followers, that takes it
// from the leader; the others wait until a follower holds it. Every host
// computes the same choice without talking about it; if their views differ
// for a moment a blob leaves the leader twice, nothing worse. Blobs that no
// reachable peer holds are not in the plan.
func Plan(want []Blob, g Group) []Fetch {
	load := make(map[string]int64, len(g.Holds))
	var own, others, overdue []Fetch
	for _, b := range slices.SortedFunc(slices.Values(want), byHash(g.Self)) {
		followers := g.holders(b.Digest)
		leaderHas := g.offers(g.Leader, b.Digest)
		switch {
		case len(followers) > 0:
			// Least loaded first, counting what this plan asks of each.
			slices.SortStableFunc(followers, func(x, y string) int { return cmp.Compare(load[x], load[y]) })
			load[followers[0]] += b.SizeBytes
			if leaderHas {
				followers = append(followers, g.Leader)
			}
			others = append(others, Fetch{Blob: b, Sources: followers})
		case leaderHas && g.taker(b.Digest) == g.Self:
			own = append(own, Fetch{Blob: b, Sources: []string{g.Leader}})
		case leaderHas && g.Relaxed:
			overdue = append(overdue, Fetch{Blob: b, Sources: []string{g.Leader}})
		}
	}
	// What only the leader has goes first: others wait for it.
	return slices.Concat(own, others, overdue)
}

func (g Group) offers(id, digest string) bool {
	return g.Holds[id][digest] && !g.Barred[id][digest]
}

// holders lists the followers that hold a blob, in an order that differs
// per blob and asking host.
func (g Group) holders(digest string) []string {
	var ids []string
	for id := range g.Holds {
		if id != g.Leader && id != g.Self && g.offers(id, digest) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(x, y string) int {
		return cmp.Compare(score(g.Self+x, digest), score(g.Self+y, digest))
	})
	return ids
}

// taker is the follower that takes a blob from the leader: highest random
// weight (rendezvous) hashing, so that a host that comes or goes moves only
// its own share.
func (g Group) taker(digest string) string {
	best, most := g.Self, score(g.Self, digest)
	for id, set := range g.Holds {
		if id == g.Leader || set[digest] { // holds it already, but is barred
			continue
		}
		if s := score(id, digest); s > most || s == most && id > best {
			best, most = id, s
		}
	}
	return best
}

func byHash(self string) func(a, b Blob) int {
	return func(a, b Blob) int {
		return cmp.Or(cmp.Compare(score(self, a.Digest), score(self, b.Digest)), cmp.Compare(a.Digest, b.Digest))
	}
}

// score mixes host and digest. FNV-1a alone leaves hosts that differ in the
// first bytes correlated, hence the finalizer of MurmurHash3.
func score(host, digest string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(host))
	h.Write([]byte{0})
	h.Write([]byte(digest))
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	return x
}
