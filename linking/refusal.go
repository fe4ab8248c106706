package linking

import (
	"errors"
	"fmt"
	"strings"
)

// Code is the stable name of a refusal. Codes travel between hosts and to clients: they are only ever added.
type Code string

// The refusals.
const (
	CodeMalformed         Code = "token-malformed"
	CodeExpired           Code = "token-expired"
	CodeUsed              Code = "token-used"
	CodeWrong             Code = "token-wrong"
	CodeBurned            Code = "token-burned"
	CodeNoToken           Code = "no-token"
	CodeVersion           Code = "version-mismatch"
	CodeAlreadyLinked     Code = "already-linked"
	CodeHostInCluster     Code = "host-in-cluster"
	CodeLeaderUnreachable Code = "leader-unreachable"
	CodeLeaderCertificate Code = "leader-certificate"
	CodeLeaderPresent     Code = "leader-present"
	CodeNotLeader         Code = "not-leader"
	CodeIsLeader          Code = "is-leader"
	CodeNotLinked         Code = "not-linked"
	CodeNotMember         Code = "not-member"
	CodeRemoved           Code = "removed"
	CodeIDTaken           Code = "host-id-taken"
	CodeGroupFull         Code = "group-full"
	CodeBusy              Code = "busy"
	CodeBadRequest        Code = "bad-request"
	CodeNoAddress         Code = "no-address"
)

// sentences tell the user what happened and what to do. A refusal from another host is shown in these words, never in
// words that came over the network.
var sentences = map[Code]string{
	CodeMalformed:         "this is not a link token: copy the whole text from the leader and paste it again",
	CodeExpired:           "the link token has expired: copy the present one from the leader (each is valid for two minutes)",
	CodeUsed:              "the link token was already used by a host: copy the present one from the leader (each links one host)",
	CodeWrong:             "the leader does not know this link token: copy the present one from the leader",
	CodeBurned:            "the link token was withdrawn after five wrong tries: copy the present one from the leader",
	CodeNoToken:           "the host named by the token issues no link tokens: generate a token on the leader first",
	CodeVersion:           "this host and the leader run different versions: install the same version on both",
	CodeAlreadyLinked:     "this host is already linked: let it leave its group first",
	CodeHostInCluster:     "the host is part of a cluster: delete the cluster or take the host out of it first",
	CodeLeaderUnreachable: "the leader does not answer: check that both hosts are on the same network and that port 5080 is open",
	CodeLeaderCertificate: "the host that answered is not the leader that issued the token (its certificate differs): nothing was sent to it; " +
		"check the addresses of both hosts and copy the present token from the leader",
	CodeLeaderPresent: "the leader of this host still answers: only a host that lost its leader can be promoted",
	CodeNotLeader:     "this host is not the leader of its group: do this on the leader",
	CodeIsLeader:      "this host is the leader of its group: remove its followers, then stop token generation",
	CodeNotLinked:     "this host is not linked to a group",
	CodeNotMember:     "no linked host of the group matches: look at the list of linked hosts on the leader",
	CodeRemoved:       "the leader has removed this host from its group",
	CodeIDTaken:       "another host with the same id is already linked: reset this host (was its disk copied from another one?)",
	CodeGroupFull:     fmt.Sprintf("the group is full: at most %d hosts can be linked", MaxMembers),
	CodeBusy:          "too many hosts are trying to link right now: wait a minute and try again",
	CodeNoAddress:     "this host has no address that others can reach: give an adapter an address first",
	CodeBadRequest:    "the other host sent a message that this version does not accept: install the same version on both",
}

// Refusal is an answer "no" with a stable code and a sentence for the user. Two refusals are the same error
// (errors.Is) when their codes are equal.
type Refusal struct {
	Code   Code
	Detail string // added to the sentence in parentheses: addresses, names, versions; never a secret
}

// Refuse returns a refusal; detail may be empty.
func Refuse(code Code, detail string) *Refusal { return &Refusal{Code: code, Detail: detail} }

// Error returns the sentence for the user.
func (r *Refusal) Error() string {
	text, known := sentences[r.Code]
	if !known {
		text = "the other host refused, for a reason that this version does not know"
	}
	if r.Detail == "" {
		return text
	}
	return text + " (" + r.Detail + ")"
}

// Is compares codes.
func (r *Refusal) Is(target error) bool {
	var other *Refusal
	return errors.As(target, &other) && other.Code == r.Code
}

// CodeOf returns the code of the refusal in err's chain, or "" when there is none.
func CodeOf(err error) Code {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

// Unreachable is the refusal that lists every address that was tried.
func Unreachable(tried []string) *Refusal {
	return Refuse(CodeLeaderUnreachable, "tried "+strings.Join(tried, ", "))
}

// maxDetail bounds, in bytes, the text of another host that is shown to the user.
const maxDetail = 200

// FromPeer turns the code and detail that another host sent into a refusal: unknown codes stay codes, the detail is
// bounded and stripped of everything but printable ASCII.
func FromPeer(code, detail string) *Refusal {
	if len(code) > 40 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz-") != "" {
		code = string(CodeBadRequest)
	}
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, detail[:min(len(detail), maxDetail)])
	return Refuse(Code(code), clean)
}
