package preset

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/slipway-os/slipway/agent/network"
)

var macForm = regexp.MustCompile(`^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$`)

// maxAdapters bounds the entries: a medium may be made for a rack of machines.
const maxAdapters = 256

// checkNetwork checks each entry by itself, and then the entries that can meet on one machine: those without a MAC, together
// with each one that has one.
func checkNetwork(entries []Adapter) (out []Problem) {
	if len(entries) > maxAdapters {
		return []Problem{{[]string{"network"}, fmt.Sprintf("%d entries are more than %d", len(entries), maxAdapters)}}
	}
	var common, byMAC []indexed
	for i, e := range entries {
		a, bad := e.settings()
		switch {
		case bad != nil:
			out = append(out, Problem{adapter(i, bad.Field), bad.Message})
		case (e.Name == "") == (e.MAC == ""):
			out = append(out, Problem{adapter(i, "name"), "name the adapter, or give its mac, but not both; * stands for every wired adapter"})
		case e.MAC != "" && (!macForm.MatchString(e.MAC) || a.Virtual()):
			out = append(out, Problem{adapter(i, "mac"), "want the hardware address of a physical adapter, such as 52:54:00:12:34:56"})
		case e.MAC != "":
			a.Name = "mac" + strconv.Itoa(i)
			byMAC = append(byMAC, indexed{i, a})
		default:
			if e.Name == Every {
				a.Name = "every"
			}
			common = append(common, indexed{i, a})
		}
	}
	if len(out) > 0 {
		return out
	}
	if len(byMAC) == 0 {
		return together(common)
	}
	for _, e := range byMAC {
		if out = together(append(common[:len(common):len(common)], e)); len(out) > 0 {
			return out
		}
	}
	return nil
}

// indexed is an entry's settings and its place in the list.
type indexed struct {
	at      int
	adapter network.Adapter
}

func together(entries []indexed) (out []Problem) {
	var s network.Settings
	at := map[string]int{}
	for _, e := range entries {
		if _, twice := at[e.adapter.Name]; twice {
			return []Problem{{adapter(e.at, "name"), "another entry names the same adapter"}}
		}
		if !e.adapter.Virtual() {
			e.adapter.Match = network.Match{Path: "any-" + strconv.Itoa(e.at)} // known only on the machine
		}
		at[e.adapter.Name] = e.at
		s.Adapters = append(s.Adapters, e.adapter)
	}
	var problems network.Problems
	if err := s.Validate(); !errors.As(err, &problems) {
		return nil
	}
	for _, p := range problems {
		field, _, _ := strings.Cut(p.Field, ".")
		out = append(out, Problem{adapter(at[p.Adapter], field), p.Message})
	}
	return out
}
