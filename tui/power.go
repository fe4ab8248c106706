package tui

import (
	"context"
	"fmt"
	"net/http"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// power asks what to do, says whom it affects, and asks again.
func (c *console) power() {
	f := newForm("")
	f.button("Back", c.pop)
	f.add("", &button{text: "Restart", value: "switch this host off and on", press: func() { c.powerConfirm("Restart", api.Reboot) }})
	f.add("", &button{text: "Shut down", value: "switch this host off", press: func() { c.powerConfirm("Shut down", api.Shutdown) }})
	c.pushForm("Power", f)
}

func (c *console) powerConfirm(verb string, action api.PowerRequestAction) {
	question := fmt.Sprintf("%s host %s?\n\n%s", verb, c.seen.host.Name, affected(c.seen))
	c.confirm(verb, question, verb, func() {
		c.call(verb+" ...", func(ctx context.Context) error {
			op, err := apiclient.Decode[api.Operation](c.Client, func() (*http.Response, error) {
				return c.Client.Power(ctx, api.PowerRequest{Action: action})
			})
			if err != nil {
				return err
			}
			// An agent that no longer answers is what was asked for; one that says it failed is not.
			if op, err = c.Client.WaitOperation(ctx, op.Id, nil); op.State == "failed" || op.State == "cancelled" {
				return err
			}
			return nil
		}, func() { c.home(1); c.message = "The host follows in a moment." })
	})
}

// affected says who else notices that the host is off.
func affected(s snapshot) string {
	text := ""
	for _, k := range s.clusters {
		text += clusterAffected(k, s.host.Id)
	}
	switch others := len(s.link.Hosts) - 1; {
	case s.link.Role == api.Leader && others > 0:
		text += fmt.Sprintf("It is the leader of %d other hosts: while it is off no host can be linked and no content uploaded. ", others)
	case s.link.Role == api.Follower:
		text += "Its leader shows it as lost while it is off. "
	}
	if text == "" {
		return "Nobody else is affected: the host is not linked."
	}
	return text
}

func clusterAffected(k api.Cluster, id string) string {
	role, controlPlane, ready := "", 0, 0
	for _, n := range k.Nodes {
		if n.Host == id {
			role = n.Role
		}
		if n.Role != worker {
			controlPlane++
			if n.Ready && n.Host != id {
				ready++
			}
		}
	}
	switch {
	case role == "":
		return ""
	case role != worker && ready <= controlPlane/2:
		return fmt.Sprintf("Cluster %s STOPS: %d of %d control-plane hosts would be left, and it needs %d. ", k.Name, ready, controlPlane, controlPlane/2+1)
	}
	return fmt.Sprintf("It is a node of cluster %s; its pods move to other nodes or wait. ", k.Name)
}

// worker is how the API names the role of hosts without a part in etcd.
const worker = "worker"
