package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Ways a change comes in.
const (
	ViaSocket = "socket" // the unix socket: console and command line on the host
	ViaHTTPS  = "https"  // a browser or a remote command line
	ViaPeer   = "peer"   // a linked host
	ViaAgent  = "agent"  // the agent by itself
)

// The usual outcomes; Outcome may also be a short reason.
const (
	OK     = "ok"
	Denied = "denied"
	Failed = "failed"
)

const (
	// maxField bounds each text of an entry, in bytes: request paths come from outside.
	maxField = 512
	// maxLine bounds a line when reading: more than any entry encodes to.
	maxLine = 64 << 10
)

// Entry is one change. Who, what and outcome come from the caller of Append; Time, Seq and Prev from the log.
type Entry struct {
	Seq     uint64    `json:"seq"`
	Time    time.Time `json:"time"`
	User    string    `json:"user"`
	Role    string    `json:"role,omitempty"`
	Via     string    `json:"via"`
	Address string    `json:"address,omitempty"` // of the client, when there is one
	Method  string    `json:"method,omitempty"`
	Route   string    `json:"route,omitempty"`  // the pattern, such as /users/{name}/password
	Target  string    `json:"target,omitempty"` // what the pattern's names stand for
	Outcome string    `json:"outcome"`
	Detail  string    `json:"detail,omitempty"`
	Prev    string    `json:"prev"` // hex SHA-256 of the line before, without its newline; of nothing for the first
}

// Action says in one text what was done, such as "PUT /users/{name}/password ann".
func (e Entry) Action() string {
	return strings.TrimSpace(strings.Join([]string{e.Method, e.Route, e.Target}, " "))
}

func sum(line []byte) string {
	h := sha256.Sum256(line)
	return hex.EncodeToString(h[:])
}

// clean bounds the texts and takes control characters out, so that a line printed on a terminal does no harm.
func (e Entry) clean() Entry {
	for _, s := range []*string{&e.User, &e.Role, &e.Via, &e.Address, &e.Method, &e.Route, &e.Target, &e.Outcome, &e.Detail} {
		*s = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, strings.ToValidUTF8(*s, "?"))
		if len(*s) > maxField {
			*s = strings.ToValidUTF8((*s)[:maxField], "") + "…"
		}
	}
	return e
}

// parseLine reads one line without its newline, strictly: what Append did not write is damage.
func parseLine(line []byte) (Entry, error) {
	var e Entry
	if len(line) > maxLine {
		return e, fmt.Errorf("a line of %d bytes", len(line))
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		return Entry{}, fmt.Errorf("not an audit entry: %w", err)
	}
	if dec.More() || e.Seq == 0 || e.Time.IsZero() || len(e.Prev) != 2*sha256.Size {
		return Entry{}, errors.New("not an audit entry: seq, time or prev is missing, or something follows")
	}
	return e, nil
}
