package drive

import (
	"encoding/json"
	"fmt"
)

// AllWell reads a Kubernetes list of nodes and pods (kubectl get nodes,pods -A -o json): all are ready, none has only
// ended well, and there are so many nodes.
func AllWell(raw []byte, nodes int) error {
	var list struct {
		Items []struct {
			Kind     string
			Metadata struct{ Name string }
			Status   struct {
				Phase      string
				Conditions []struct{ Type, Status string }
			}
		}
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	found := 0
	for _, i := range list.Items {
		ready := false
		for _, c := range i.Status.Conditions {
			ready = ready || c.Type == "Ready" && c.Status == "True"
		}
		if i.Kind == "Node" {
			found++
		}
		if !ready {
			return fmt.Errorf("%s %s is not ready", i.Kind, i.Metadata.Name)
		}
	}
	if found != nodes {
		return fmt.Errorf("%d nodes, not %d", found, nodes)
	}
	return nil
}
