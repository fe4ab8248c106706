package linking

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Bounds of the messages between hosts, in bytes.
const (
	MaxJoinBytes = 64 << 10
	MaxSyncBytes = 8 << 20
	maxTopics    = 64
)

// JoinRequest asks the leader for membership. The pin of the host is not in it: the leader takes it from the client
// certificate, so the request proves possession of the key.
type JoinRequest struct {
	Version string `json:"version"` // of the agent
	OTP     string `json:"otp"`
	Self    Member `json:"self"` // id, name, addresses and port
}

// JoinResponse carries the first roster that has the host in it.
type JoinResponse struct {
	Roster SignedRoster `json:"roster"`
}

// Topics are messages by topic; linking carries them and does not look inside.
type Topics map[string]json.RawMessage

// SyncRequest tells the leader what a follower has, and brings a report or waits for news.
type SyncRequest struct {
	Hold       bool   `json:"hold"`       // answer only when there is news, or after a while
	Epoch      uint64 `json:"epoch"`      // of the roster it holds
	Generation string `json:"generation"` // of the desired topics it holds; "" for none
	Self       Member `json:"self"`       // id, name, addresses and port now
	// ReportGeneration names the report that comes along, or the one that the leader took last; "" for none yet.
	ReportGeneration string `json:"reportGeneration"`
	Report           Topics `json:"report,omitzero"`
}

// SyncResponse tells only what is new; an empty one says that time has passed.
type SyncResponse struct {
	Roster     *SignedRoster `json:"roster,omitempty"`
	Generation string        `json:"generation,omitempty"` // set when Desired is
	Desired    Topics        `json:"desired,omitempty"`
	NeedReport bool          `json:"needReport,omitempty"` // the leader lost the report (it restarted)
}

var (
	topicForm      = regexp.MustCompile(`^[a-z][a-z0-9.-]{0,62}$`)
	generationForm = regexp.MustCompile(`^([0-9a-f]{64})?$`)
)

// ParseJoinRequest reads a request body; the pin is that of the client certificate.
func ParseJoinRequest(raw []byte, pin string) (JoinRequest, error) {
	var q JoinRequest
	if err := decodeBounded(raw, MaxJoinBytes, &q); err != nil {
		return JoinRequest{}, err
	}
	if len(q.Version) > 64 || len(q.OTP) > 2*OTPDigits {
		return JoinRequest{}, Refuse(CodeBadRequest, "a field is too long")
	}
	q.Self.Pin, q.Self.Role = pin, RoleFollower
	if err := q.Self.Validate(); err != nil {
		return JoinRequest{}, Refuse(CodeBadRequest, err.Error())
	}
	return q, nil
}

// ParseSyncRequest reads a request body; the pin is that of the client certificate.
func ParseSyncRequest(raw []byte, pin string) (SyncRequest, error) {
	var q SyncRequest
	if err := decodeBounded(raw, MaxSyncBytes, &q); err != nil {
		return SyncRequest{}, err
	}
	q.Self.Pin, q.Self.Role = pin, RoleFollower
	if err := q.Self.Validate(); err != nil {
		return SyncRequest{}, Refuse(CodeBadRequest, err.Error())
	}
	if !generationForm.MatchString(q.Generation) || !generationForm.MatchString(q.ReportGeneration) {
		return SyncRequest{}, Refuse(CodeBadRequest, "a generation is not valid")
	}
	return q, q.Report.validate()
}

// ParseSyncResponse reads a response body of the leader.
func ParseSyncResponse(raw []byte) (SyncResponse, error) {
	var a SyncResponse
	if err := decodeBounded(raw, MaxSyncBytes, &a); err != nil {
		return SyncResponse{}, err
	}
	if !generationForm.MatchString(a.Generation) {
		return SyncResponse{}, Refuse(CodeBadRequest, "a generation is not valid")
	}
	return a, a.Desired.validate()
}

func (t Topics) validate() error {
	if len(t) > maxTopics {
		return Refuse(CodeBadRequest, "too many topics")
	}
	for name := range t {
		if !topicForm.MatchString(name) {
			return Refuse(CodeBadRequest, "a topic's name is not valid")
		}
	}
	return nil
}

func decodeBounded(raw []byte, limit int, v any) error {
	if len(raw) > limit {
		return Refuse(CodeBadRequest, fmt.Sprintf("more than %d bytes", limit))
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return Refuse(CodeBadRequest, "not the expected JSON")
	}
	return nil
}

// Compatible says whether hosts with these agent versions may link: the same major and minor number; versions of
// another form must be equal.
func Compatible(a, b string) bool { return release(a) == release(b) }

func release(version string) string {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) < 3 {
		return version
	}
	return parts[0] + "." + parts[1]
}
