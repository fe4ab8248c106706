package cluster

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// staleAfter is how old the freshest reading of the Kubernetes API may be. Hosts read it every few seconds; the clocks of
// hosts may differ by the seconds that the clock check lets pass.
const staleAfter = time.Minute

// appRunning is the one status of an application that counts as good.
const appRunning = "Running"

// alwaysRuns are the layers whose packs always have something that runs. An add-on may be files only, and the OS layer is the
// host's own, so that a host which does not report them says nothing bad; a row that it does report counts all the same.
var alwaysRuns = []string{layerKubernetes, "cni", "csi", "registry"}

// expects is true when pack must be reported as an application.
func (c Config) expects(p Pack) bool {
	return slices.Contains(alwaysRuns, p.Layer) || (p.Layer == "vip" && c.VIP != "")
}

// maxReasons bounds the reason to what a person reads.
const maxReasons = 5

func unseen(s Seen, now time.Time) bool { return now.Sub(s.LastSeen) > UnseenAfter }

// judge derives state and reason of a cluster that is not being deleted.
func judge(rec Record, p Progress, seen map[string]Seen, now time.Time) (State, string) {
	silent := silentHosts(rec, seen, now)
	errs := hostErrors(rec, seen, now)
	if !p.Ran && !p.all(rec.Plan.Members, PhaseFinalize) {
		if len(errs) > 0 {
			return StateError, reason(append(errs, silent...))
		}
		return StateProvisioning, reason(append(silent, waitingFor(rec, p)))
	}
	trouble := slices.Concat(silent, errs, clusterTrouble(rec, seen, now))
	switch {
	case len(trouble) == 0:
		return StateRunning, ""
	case p.Ran:
		return StateDegraded, reason(trouble)
	case len(errs) > 0:
		return StateError, reason(trouble)
	default:
		return StateProvisioning, reason(trouble)
	}
}

func reason(parts []string) string {
	if more := len(parts) - maxReasons; more > 0 {
		parts = append(slices.Clone(parts[:maxReasons]), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, "; ")
}

func silentHosts(rec Record, seen map[string]Seen, now time.Time) []string {
	var out []string
	for _, m := range rec.Plan.Members {
		s, ok := seen[m.Node.HostID]
		switch {
		case !ok || s.LastSeen.IsZero():
			out = append(out, fmt.Sprintf("host %s has not reported yet", m.Node.Name))
		case unseen(s, now):
			out = append(out, fmt.Sprintf("host %s not seen for %s", m.Node.Name, now.Sub(s.LastSeen).Truncate(time.Second)))
		}
	}
	return out
}

// hostErrors are the errors of hosts that are there; what a silent host said last is history.
func hostErrors(rec Record, seen map[string]Seen, now time.Time) []string {
	var out []string
	for _, m := range rec.Plan.Members {
		s := seen[m.Node.HostID]
		if s.Report.ClusterID == rec.ID && s.Report.Error != "" && !unseen(s, now) {
			out = append(out, fmt.Sprintf("host %s: %s", m.Node.Name, s.Report.Error))
		}
	}
	return out
}

// waitingFor says what the cluster waits for while it is made: the earliest phase that someone has not completed.
func waitingFor(rec Record, p Progress) string {
	for _, w := range []struct {
		phase Phase
		text  string
	}{{PhasePrepare, "preparing"}, {PhaseJoin, "joining"}, {PhaseFinalize, "finishing"}} {
		var names []string
		for _, m := range rec.Plan.Members {
			if !p.reached(m.Node.HostID, w.phase) {
				names = append(names, m.Node.Name)
			}
		}
		if len(names) > 0 {
			return w.text + " " + strings.Join(names, ", ")
		}
	}
	return ""
}

// freshest returns the newest reading of the Kubernetes API that a control-plane host which is there has sent.
func freshest(rec Record, seen map[string]Seen, now time.Time) *Status {
	var best *Status
	for _, m := range rec.Plan.Members {
		s := seen[m.Node.HostID]
		st := s.Report.Status
		if m.Role == RoleWorker || s.Report.ClusterID != rec.ID || st == nil || unseen(s, now) {
			continue
		}
		if best == nil || st.ReadAt.After(best.ReadAt) {
			best = st
		}
	}
	return best
}

// clusterTrouble compares the freshest status with what the plan asks for. Whatever it does not say is trouble: a node or an
// application that nobody has seen is not assumed to run.
func clusterTrouble(rec Record, seen map[string]Seen, now time.Time) []string {
	st := freshest(rec, seen, now)
	if st == nil {
		return []string{"no control-plane host can read the Kubernetes API"}
	}
	if age := now.Sub(st.ReadAt); age > staleAfter {
		return []string{fmt.Sprintf("no control-plane host could read the Kubernetes API for %s", age.Truncate(time.Second))}
	}
	return append(nodeTrouble(rec, st), applicationTrouble(rec, st)...)
}

func nodeTrouble(rec Record, st *Status) []string {
	var out []string
	for _, m := range rec.Plan.Members {
		i := slices.IndexFunc(st.Nodes, func(n NodeStatus) bool { return n.Name == m.Node.Name })
		switch {
		case i < 0:
			out = append(out, fmt.Sprintf("node %s is not in the Kubernetes API", m.Node.Name))
		case !st.Nodes[i].Ready:
			out = append(out, withDetail(fmt.Sprintf("node %s not ready", m.Node.Name), st.Nodes[i].Reason))
		}
	}
	return out
}

// applicationTrouble wants a Running row for each pack that is expected to run, and no row that says otherwise.
func applicationTrouble(rec Record, st *Status) []string {
	var out []string
	told := make(map[string]bool, len(st.Applications))
	for _, a := range st.Applications {
		told[a.Name] = true
		if a.Status != appRunning {
			out = append(out, withDetail(fmt.Sprintf("application %s is %s", a.Name, strings.ToLower(a.Status)), a.Message))
		}
	}
	for _, pack := range rec.Plan.Config.Packs {
		if rec.Plan.Config.expects(pack) && !told[pack.Name] {
			out = append(out, fmt.Sprintf("application %s is not reported yet", pack.Name))
		}
	}
	return out
}

func withDetail(text, detail string) string {
	if detail == "" {
		return text
	}
	return text + ": " + detail
}
