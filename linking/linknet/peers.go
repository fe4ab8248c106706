package linknet

import (
	"context"
	"net/http"
	"time"

	"github.com/slipway-os/slipway/linking"
)

// flight is a request of a peer that is being served.
type flight struct {
	pin  string
	cut  func() // ends it now; never blocks
	over bool   // it is being cut
}

// recut is how often a request that is being cut is cut again.
const recut = 50 * time.Millisecond

type peerKey struct{}

// PeerFrom returns the member whose request this is, inside RequirePeer.
func PeerFrom(ctx context.Context) (linking.Member, bool) {
	m, ok := ctx.Value(peerKey{}).(linking.Member)
	return m, ok
}

// RequirePeer serves next only to hosts whose certificate the present roster pins, and puts the member into the
// context. When a later roster leaves the host out, the context is cancelled and the connection cut, so that a
// download in progress ends at once.
func (n *Node) RequirePeer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pin, err := requestPin(r)
		if err != nil {
			refuse(w, err)
			return
		}
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		control := http.NewResponseController(w)
		f := &flight{pin: pin, cut: func() {
			cancel()
			past := time.Unix(1, 0)
			// Without deadlines (a writer in a test) the cancelled context has to do.
			_ = control.SetReadDeadline(past)
			_ = control.SetWriteDeadline(past)
		}}
		n.enter(f)
		defer n.exit(f)
		// Asked after enter, so that a roster that comes in between is not missed.
		member, err := n.caller(r, linking.ActFetch)
		if err != nil {
			refuse(w, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, peerKey{}, member)))
	})
}

func (n *Node) enter(f *flight) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.flights[f] = struct{}{}
}

func (n *Node) exit(f *flight) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.flights, f)
}

// cutRemoved ends the requests of, and the idle connections to, hosts that the roster does not have.
func (n *Node) cutRemoved(r linking.Roster) {
	isMember := func(pin string) bool {
		_, ok := r.ByPin(pin)
		return ok
	}
	n.dropClients(isMember)
	n.mu.Lock()
	defer n.mu.Unlock()
	for f := range n.flights {
		if !isMember(f.pin) && !f.over {
			f.over = true
			f.cut()
			n.spawn(func() { n.keepCutting(f) })
		}
	}
	for id := range n.hosts {
		if _, ok := r.ByID(id); !ok {
			delete(n.hosts, id)
		}
	}
}

// keepCutting cuts until the request has ended. Once is not enough: after the failed write, net/http closes the TLS
// connection, which allows itself five more seconds to say goodbye to a host that may have stopped reading.
func (n *Node) keepCutting(f *flight) {
	tick := time.NewTicker(recut)
	defer tick.Stop()
	for range tick.C {
		n.mu.Lock()
		_, flying := n.flights[f]
		if flying {
			f.cut()
		}
		n.mu.Unlock()
		if !flying {
			return
		}
	}
}
