package kubeadm

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// inspections are what may be asked of the API server for a support bundle. None of it names a Secret or a ConfigMap.
var inspections = map[string][]string{
	"nodes":       {"get", "nodes", "-o", "wide"},
	"conditions":  {"describe", "nodes"},
	"pods":        {"get", "pods", "-A", "-o", "wide"},
	"workloads":   {"get", "deployments,daemonsets,statefulsets,jobs", "-A", "-o", "wide"},
	"services":    {"get", "services,endpointslices", "-A", "-o", "wide"},
	"volumes":     {"get", "persistentvolumes,persistentvolumeclaims,storageclasses", "-A", "-o", "wide"},
	"events":      {"get", "events", "-A", "--sort-by=.lastTimestamp"},
	"system-pods": {"describe", "pods", "-n", "kube-system"},
	"readiness":   {"get", "--raw", "/readyz?verbose"},
}

// Inspections are the names that Inspect knows.
func Inspections() []string { return slices.Sorted(maps.Keys(inspections)) }

// LogFile is where what kubeadm printed is kept, without its secrets.
const LogFile = logFile

// Inspect asks this host's API server for one of the inspections, as a text for people.
func (e *Engine) Inspect(ctx context.Context, name string) ([]byte, error) {
	args, known := inspections[name]
	if !known {
		return nil, fmt.Errorf("there is no inspection %q", name)
	}
	a, ok := e.Assignment()
	if !ok || !e.joined(a) {
		return nil, errors.New("this host is not a member of a cluster")
	}
	return (&job{Engine: e, a: a}).kubectl(ctx, args...)
}
