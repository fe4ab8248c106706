// Package contract holds what people and scripts rely on: the JSON keys of the commands, and their exit codes. A key may be
// added and never goes.
package contract

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Answer is a command with the keys that its -o json answer has. A key is a path: a dot steps into an object, [] into every
// element of a list, which must have one.
type Answer struct {
	Args []string
	Keys []string
}

// Host are the commands that answer on every host, linked or not.
var Host = []Answer{
	{[]string{"host", "show"}, append(under("", "id name status agentVersion addresses[] fingerprint cpus memoryBytes os kernel uptimeSeconds"),
		under("adapters[].", "name mac addresses[] dhcp mtu gateway dns carrier")...)},
	{[]string{"host", "proxy", "show"}, under("", "http https noProxy ca direct[] authorities")},
	{[]string{"network", "show"}, under("", "hostname adapters[].name")},
	{[]string{"host", "certificate", "show"}, under("", "own subject issuer names[] notBefore notAfter fingerprint requested warnings")},
	{[]string{"theme", "show"}, under("", "links pages")},
	{[]string{"link", "list"}, append(under("", "role leader epoch"), under("hosts[].", "id name address status content health role lastSeen")...)},
	{[]string{"content", "list"}, append(under("[].", "digest name version type sizeBytes addedAt"),
		under("[].sync.", "completed pending failed hosts[].id")...)},
	{[]string{"operation", "list"}, append(under("[].", "id kind state error"), under("[].steps[].", "name state progress startedAt endedAt message")...)},
}

// Disks are the keys of the disks in host show.
var Disks = Answer{[]string{"host", "show"}, under("disks[].", "path sizeBytes model serial role")}

// Token is the answer of a leader.
var Token = Answer{[]string{"link", "token"}, under("", "token expiresAt remainingSeconds")}

// Cluster is the answer of every host of a cluster.
var Cluster = Answer{[]string{"cluster", "show"}, append(append(under("", "name state health reason vip endpoint operation"),
	under("nodes[].", "name host role ready version reason")...), under("applications[].", "name layer version status message")...)}

// Views are what every host of a cluster shows of it.
var Views = []Answer{
	{[]string{"cluster", "spec"}, under("", "yaml createdAt definition kubernetesVersion variables[].name variables[].value nodes[].name")},
	{[]string{"cluster", "steps"}, under("[].", "name state progress startedAt endedAt message")},
	{[]string{"cluster", "events"}, append(under("", "truncated"), under("events[].", "time type reason namespace object message count")...)},
	{[]string{"cluster", "services"}, under("[].", "namespace name type address links ports")},
	{[]string{"cluster", "certificates"}, under("[].", "host name expiresAt")},
}

func under(prefix, names string) (keys []string) {
	for _, n := range strings.Fields(names) {
		keys = append(keys, prefix+n)
	}
	return keys
}

// Missing says which keys an answer lacks.
func (a Answer) Missing(answer string) error {
	var v any
	if err := json.Unmarshal([]byte(answer), &v); err != nil {
		return fmt.Errorf("slipway %s -o json does not print JSON: %w", strings.Join(a.Args, " "), err)
	}
	var missing []string
	for _, key := range a.Keys {
		if !has(v, key) {
			missing = append(missing, key)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("slipway %s -o json lacks %s: %s", strings.Join(a.Args, " "), strings.Join(missing, ", "), answer)
	}
	return nil
}

// has says whether every element that path leads to is there.
func has(v any, path string) bool {
	if path == "" {
		return true
	}
	if rest, ok := strings.CutPrefix(path, "[]"); ok {
		list, _ := v.([]any)
		for _, x := range list {
			if !has(x, strings.TrimPrefix(rest, ".")) {
				return false
			}
		}
		return len(list) > 0
	}
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		end = len(path)
	}
	object, _ := v.(map[string]any)
	next, ok := object[path[:end]]
	return ok && has(next, strings.TrimPrefix(path[end:], "."))
}
