package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/slipway-os/slipway/tests/lab"
)

// settled is when the last node and the last pod became ready, as Kubernetes itself noted it, to the second. It judges both
// ways alike and costs neither of them anything while they run.
func settled(ctx context.Context, h *lab.Host) (time.Time, error) {
	const list = "/var/lib/slipway/kubernetes/current/bin/kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes,pods -A -o json"
	raw, err := h.Exec(ctx, "sh", "-c", list)
	if err != nil {
		return time.Time{}, err
	}
	return lastReady(raw)
}

// lastReady reads a Kubernetes list.
func lastReady(raw []byte) (last time.Time, err error) {
	var objects struct {
		Items []struct {
			Kind     string
			Metadata struct{ Name string }
			Status   struct {
				Conditions []struct {
					Type, Status       string
					LastTransitionTime time.Time
				}
			}
		}
	}
	if err := json.Unmarshal(raw, &objects); err != nil {
		return last, err
	}
	for _, o := range objects.Items {
		ready := false
		for _, c := range o.Status.Conditions {
			if c.Type == "Ready" && c.Status == "True" {
				ready = true
				if c.LastTransitionTime.After(last) {
					last = c.LastTransitionTime
				}
			}
		}
		if !ready {
			return last, fmt.Errorf("%s %s is not ready", o.Kind, o.Metadata.Name)
		}
	}
	if last.IsZero() {
		return last, fmt.Errorf("nothing is there")
	}
	return last, nil
}
