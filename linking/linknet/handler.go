package linknet

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/slipway-os/slipway/linking"
)

// The paths between hosts.
const (
	pathJoin     = "/peer/v1/join"
	pathSync     = "/peer/v1/sync"
	pathLeave    = "/peer/v1/leave"
	pathAnnounce = "/peer/v1/roster"
)

const (
	maxJoins = 8                // join requests decided at a time
	bodyTime = 30 * time.Second // for the body of a request to arrive
	joinTime = 5 * time.Second  // the same from a host that is not linked yet
)

// wireRefusal is the body of every answer but 200.
type wireRefusal struct {
	Code   string `json:"code"`
	Detail string `json:"detail,omitempty"`
}

// Handler serves the paths under /peer/v1. It needs a server with Identity.ServerTLS.
func (n *Node) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+pathJoin, n.serveJoin)
	mux.HandleFunc("POST "+pathSync, n.serveSync)
	mux.HandleFunc("POST "+pathLeave, n.serveLeave)
	mux.HandleFunc("POST "+pathAnnounce, n.serveAnnounce)
	return mux
}

func (n *Node) serveJoin(w http.ResponseWriter, r *http.Request) {
	from, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		from = r.RemoteAddr
	}
	if !n.limit.allowed(from, n.cfg.Now()) {
		refuse(w, linking.Refuse(linking.CodeBusy, ""))
		return
	}
	signed, err := n.admit(w, r)
	if err != nil {
		n.limit.failed(from, n.cfg.Now())
		n.cfg.Log.Warn("a host was refused to link", "from", from, "error", err)
		refuse(w, err)
		return
	}
	answer(w, linking.JoinResponse{Roster: signed})
}

func (n *Node) admit(w http.ResponseWriter, r *http.Request) (linking.SignedRoster, error) {
	pin, err := requestPin(r)
	if err != nil {
		return linking.SignedRoster{}, err
	}
	raw, err := readBody(w, r, linking.MaxJoinBytes, joinTime)
	if err != nil {
		return linking.SignedRoster{}, err
	}
	request, err := linking.ParseJoinRequest(raw, pin)
	if err != nil {
		return linking.SignedRoster{}, err
	}
	select {
	case n.joins <- struct{}{}:
		defer func() { <-n.joins }()
	default:
		return linking.SignedRoster{}, linking.Refuse(linking.CodeBusy, "")
	}
	err = n.update(func(s snapshot) (snapshot, error) {
		if s.Role != linking.RoleLeader {
			return s, linking.Refuse(linking.CodeNoToken, "")
		}
		roster, token, err := linking.Admit(s.roster, s.Token, linking.Joining{
			Request: request, Version: n.cfg.Version, Now: n.cfg.Now(), Seed: newSeed()})
		s.Token = token
		if err != nil || roster.Epoch == s.roster.Epoch {
			return s, err
		}
		return n.signed(s, roster)
	})
	if err != nil {
		return linking.SignedRoster{}, err
	}
	n.cfg.Log.Info("a host was linked", "host", request.Self.Name, "id", request.Self.ID)
	return n.present.Load().Roster, nil
}

func (n *Node) serveLeave(w http.ResponseWriter, r *http.Request) {
	caller, err := n.caller(r, linking.ActLeave)
	if err != nil {
		refuse(w, err)
		return
	}
	err = n.update(func(s snapshot) (snapshot, error) {
		if n.cfg.HostInCluster(caller.ID) {
			return s, linking.Refuse(linking.CodeHostInCluster, "")
		}
		if _, ok := s.roster.ByID(caller.ID); !ok || s.Role != linking.RoleLeader {
			return s, nil
		}
		return n.signed(s, s.roster.Without(caller.ID))
	})
	if err != nil {
		refuse(w, err)
		return
	}
	n.cfg.Log.Info("a host left the group", "host", caller.Name, "id", caller.ID)
	answer(w, struct{}{})
}

// serveAnnounce takes a newer roster from the leader, whose address has changed.
func (n *Node) serveAnnounce(w http.ResponseWriter, r *http.Request) {
	if _, err := n.caller(r, linking.ActAnnounce); err != nil {
		refuse(w, err)
		return
	}
	raw, err := readBody(w, r, linking.MaxRosterBytes*2, bodyTime)
	if err != nil {
		refuse(w, err)
		return
	}
	var signed linking.SignedRoster
	if err := json.Unmarshal(raw, &signed); err != nil {
		refuse(w, linking.Refuse(linking.CodeBadRequest, ""))
		return
	}
	if err := n.takeRoster(signed); err != nil {
		refuse(w, err)
		return
	}
	answer(w, struct{}{})
}

// caller says which member sent the request, if it may do that. A host that is not linked refuses everyone.
func (n *Node) caller(r *http.Request, action linking.Action) (linking.Member, error) {
	pin, err := requestPin(r)
	if err != nil {
		return linking.Member{}, err
	}
	s := n.present.Load()
	if s.Role == linking.RoleNone {
		return linking.Member{}, linking.Refuse(linking.CodeNotLinked, "")
	}
	return linking.Authorize(s.roster, n.cfg.Identity.ID, pin, action)
}

func requestPin(r *http.Request) (string, error) {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return "", linking.Refuse(linking.CodeNotMember, "no client certificate")
	}
	return pinOf(*r.TLS), nil
}

// readBody reads at most limit bytes within the time allowed.
func readBody(w http.ResponseWriter, r *http.Request, limit int64, allowed time.Duration) ([]byte, error) {
	// A writer without deadlines is one without a connection to protect.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(allowed))
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		return nil, linking.Refuse(linking.CodeBadRequest, "the message is too long, or did not arrive in time")
	}
	_ = control.SetReadDeadline(time.Time{})
	return raw, nil
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // an error means that the host is gone
}

// refuse answers with the refusal in err's chain; other errors stay in this host's log.
func refuse(w http.ResponseWriter, err error) {
	var refusal *linking.Refusal
	if !errors.As(err, &refusal) {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	status := http.StatusForbidden
	switch refusal.Code {
	case linking.CodeBusy:
		status = http.StatusTooManyRequests
	case linking.CodeBadRequest:
		status = http.StatusBadRequest
	case linking.CodeNotLeader, linking.CodeNotLinked, linking.CodeHostInCluster, linking.CodeVersion, linking.CodeIDTaken, linking.CodeGroupFull:
		status = http.StatusConflict
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(wireRefusal{Code: string(refusal.Code), Detail: refusal.Detail})
}
