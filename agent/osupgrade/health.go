package osupgrade

import (
	"fmt"
	"slices"
)

// Health is what must not be worse after an upgrade than before.
type Health struct {
	LocalUI  bool      `json:"localUI"` // it answers
	Adapters []Adapter `json:"adapters"`
	// Node is this host's node of the cluster: "" when it has none.
	Node      string `json:"node"`
	NodeReady bool   `json:"nodeReady"`
}

// Adapter is what the network is judged by.
type Adapter struct {
	MAC       string   `json:"mac"`
	Name      string   `json:"name"` // for people: a new kernel may give another
	DHCP      bool     `json:"dhcp"`
	Addresses []string `json:"addresses"`
	Gateway   string   `json:"gateway"`
	Carrier   bool     `json:"carrier"`
}

// Compare says what is worse now, in sentences that go on after "the new image ...". What was not well before is not held
// against the new image; the Local UI must answer in any case, for it is the way to the host.
func Compare(before, now Health) []string {
	var worse []string
	if !now.LocalUI {
		worse = append(worse, "the Local UI did not answer on this host")
	}
	for _, was := range before.Adapters {
		if why := was.worse(now.Adapters); why != "" {
			worse = append(worse, why)
		}
	}
	if before.Node != "" && before.NodeReady && (now.Node != before.Node || !now.NodeReady) {
		worse = append(worse, "the node "+before.Node+" was not Ready in its cluster")
	}
	return worse
}

// worse compares one adapter. An address by DHCP may be another one after a restart.
func (was Adapter) worse(now []Adapter) string {
	if !was.Carrier || len(was.Addresses) == 0 {
		return ""
	}
	i := slices.IndexFunc(now, func(a Adapter) bool { return a.MAC == was.MAC && (a.MAC != "" || a.Name == was.Name) })
	if i < 0 {
		return fmt.Sprintf("the adapter %s (%s) was missing", was.Name, was.MAC)
	}
	is := now[i]
	switch {
	case !is.Carrier:
		return fmt.Sprintf("the adapter %s had no link", was.Name)
	case was.DHCP && len(is.Addresses) == 0:
		return fmt.Sprintf("the adapter %s got no address", was.Name)
	case was.Gateway != "" && is.Gateway == "":
		return fmt.Sprintf("the adapter %s had no gateway", was.Name)
	case was.DHCP:
		return ""
	}
	for _, address := range was.Addresses {
		if !slices.Contains(is.Addresses, address) {
			return fmt.Sprintf("the adapter %s lacked its address %s", was.Name, address)
		}
	}
	return ""
}
