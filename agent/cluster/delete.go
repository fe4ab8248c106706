package cluster

import (
	"fmt"
	"strings"
	"time"
)

// reconcileDelete sends every host to PhaseDelete at once and waits for all. A host that cannot be reached holds the
// deletion up, by name, so that nobody believes it clean; with Force it is given up on.
func reconcileDelete(rec Record, seen map[string]Seen, now time.Time, out Output) Output {
	out.State = StateDeleting
	out.Assignments = make(map[string]Assignment, len(rec.Plan.Members))
	var waiting, silent, failing []string
	for _, m := range rec.Plan.Members {
		id := m.Node.HostID
		out.Assignments[id] = assignment(rec, out.Progress, m, PhaseDelete)
		s := seen[id]
		switch {
		case out.Progress.reached(id, PhaseDelete):
		case unseen(s, now):
			silent = append(silent, m.Node.Name)
		case s.Report.ClusterID == rec.ID && s.Report.Error != "":
			failing = append(failing, fmt.Sprintf("host %s: %s", m.Node.Name, s.Report.Error))
		default:
			waiting = append(waiting, m.Node.Name)
		}
	}
	if rec.Force {
		out.Abandoned, silent = silent, nil
	}
	if len(waiting)+len(silent)+len(failing) == 0 {
		out.Gone = true
		return out
	}
	reasons := failing
	if len(silent) > 0 {
		reasons = append(reasons, "not reachable: "+strings.Join(silent, ", ")+
			"; start them, or delete with force to give up on them")
	}
	if len(waiting) > 0 {
		reasons = append(reasons, "removing the cluster from "+strings.Join(waiting, ", "))
	}
	out.Reason = strings.Join(reasons, "; ")
	return out
}
