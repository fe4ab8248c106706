package kubeadm

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

// What is read of the Kubernetes API at once, at most.
const (
	maxEvents   = 2000
	maxServices = 500
	readLimit   = 20 * time.Second
)

// ErrNoControlPlane is of a host that has no API server to ask.
var ErrNoControlPlane = errors.New("this host runs no control plane of a cluster")

var namespaceName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// IsNamespace tells whether s can be the name of a namespace, or is empty.
func IsNamespace(s string) bool { return s == "" || namespaceName.MatchString(s) }

// Events reads Kubernetes' own events of one namespace, or of all for "", and returns the newest; more says that there are others.
func (e *Engine) Events(ctx context.Context, namespace string, limit int) (events []cluster.Event, more bool, err error) {
	path := "/api/v1/events"
	if !IsNamespace(namespace) {
		return nil, false, fmt.Errorf("%.63q is no name of a namespace", namespace)
	}
	if namespace != "" {
		path = "/api/v1/namespaces/" + namespace + "/events"
	}
	list, err := readList[apiEvent](ctx, e, path, maxEvents)
	if err != nil {
		return nil, false, err
	}
	for _, o := range list.Items {
		events = append(events, o.event())
	}
	events, more = cluster.Latest(events, limit)
	return events, more || list.Metadata.Continue != "", nil
}

// Services reads the services of all namespaces, at most 500.
func (e *Engine) Services(ctx context.Context) ([]cluster.Service, error) {
	list, err := readList[apiService](ctx, e, "/api/v1/services", maxServices)
	if err != nil {
		return nil, err
	}
	out := make([]cluster.Service, 0, len(list.Items))
	for _, o := range list.Items {
		out = append(out, o.service())
	}
	return out, nil
}

// readList reads the first page of a list from this host's own API server.
func readList[T any](ctx context.Context, e *Engine, path string, limit int) (typedList[T], error) {
	var none typedList[T]
	a, ok := e.Assignment()
	if !ok || a.Phase == cluster.PhaseDelete || a.Role == cluster.RoleWorker || !e.joined(a) {
		return none, ErrNoControlPlane
	}
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	list, err := readAPI[typedList[T]](ctx, &job{Engine: e, a: a}, fmt.Sprintf("%s?limit=%d", path, limit))
	if err != nil {
		return none, fmt.Errorf("%s cannot tell: %w", a.Node.Name, err)
	}
	return list, nil
}

type typedList[T any] struct {
	Metadata struct {
		Continue string `json:"continue"`
	} `json:"metadata"`
	Items []T `json:"items"`
}

type apiEvent struct {
	Metadata struct {
		Namespace         string    `json:"namespace"`
		CreationTimestamp time.Time `json:"creationTimestamp"`
	} `json:"metadata"`
	InvolvedObject struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	} `json:"involvedObject"`
	Type           string     `json:"type"`
	Reason         string     `json:"reason"`
	Message        string     `json:"message"`
	Count          int        `json:"count"`
	EventTime      *time.Time `json:"eventTime"`
	FirstTimestamp *time.Time `json:"firstTimestamp"`
	LastTimestamp  *time.Time `json:"lastTimestamp"`
	Series         *struct {
		Count            int        `json:"count"`
		LastObservedTime *time.Time `json:"lastObservedTime"`
	} `json:"series"`
}

// event reads both forms that Kubernetes writes: with first and last time, and as a series.
func (o apiEvent) event() cluster.Event {
	ev := cluster.Event{Time: o.Metadata.CreationTimestamp, Type: o.Type, Reason: o.Reason, Namespace: o.Metadata.Namespace,
		Object: strings.ToLower(o.InvolvedObject.Kind) + "/" + o.InvolvedObject.Name, Message: strings.TrimSpace(o.Message), Count: max(1, o.Count)}
	times := []*time.Time{o.FirstTimestamp, o.EventTime, o.LastTimestamp}
	if o.Series != nil {
		ev.Count = max(ev.Count, o.Series.Count)
		times = append(times, o.Series.LastObservedTime)
	}
	for _, t := range times {
		if t != nil && t.After(ev.Time) {
			ev.Time = *t
		}
	}
	return ev
}

type apiService struct {
	Metadata apiMetadata `json:"metadata"`
	Spec     struct {
		Type         string   `json:"type"`
		ClusterIP    string   `json:"clusterIP"`
		ExternalName string   `json:"externalName"`
		ExternalIPs  []string `json:"externalIPs"`
		Ports        []struct {
			Name     string `json:"name"`
			Port     int    `json:"port"`
			Protocol string `json:"protocol"`
			NodePort int    `json:"nodePort"`
		} `json:"ports"`
	} `json:"spec"`
	Status struct {
		LoadBalancer struct {
			Ingress []struct {
				IP       string `json:"ip"`
				Hostname string `json:"hostname"`
			} `json:"ingress"`
		} `json:"loadBalancer"`
	} `json:"status"`
}

func (o apiService) service() cluster.Service {
	s := cluster.Service{Namespace: o.Metadata.Namespace, Name: o.Metadata.Name, Type: o.Spec.Type, Address: o.Spec.ClusterIP,
		External: slices.Clone(o.Spec.ExternalIPs), Ports: make([]cluster.ServicePort, 0, len(o.Spec.Ports))}
	switch {
	case o.Spec.Type == "ExternalName":
		s.Address = o.Spec.ExternalName
	case s.Address == "None":
		s.Address = "" // headless
	}
	for _, p := range o.Spec.Ports {
		s.Ports = append(s.Ports, cluster.ServicePort{Name: p.Name, Port: p.Port, Protocol: p.Protocol, NodePort: p.NodePort})
	}
	for _, i := range o.Status.LoadBalancer.Ingress {
		if at := i.IP + i.Hostname; at != "" {
			s.External = append(s.External, at)
		}
	}
	return s
}

// certificateFiles are where Kubernetes keeps certificates on a host, with the name that people see; * stands for a name.
var certificateFiles = []struct{ pattern, name string }{
	{kubernetesDir + "/pki/*.crt", ""},
	{kubernetesDir + "/pki/etcd/*.crt", "etcd "},
	{kubernetesDir + "/admin.conf", "kubeconfig "},
	{kubernetesDir + "/controller-manager.conf", "kubeconfig "},
	{kubernetesDir + "/scheduler.conf", "kubeconfig "},
	{"/var/lib/kubelet/pki/kubelet-client-current.pem", ""},
}

var clientCertificate = regexp.MustCompile(`client-certificate-data: ([A-Za-z0-9+/=]+)`)

// certificates lists those of this host with their ends. What cannot be read is left out: it is looked at again soon.
func (e *Engine) certificates() []cluster.Certificate {
	var out []cluster.Certificate
	for _, f := range certificateFiles {
		for _, path := range e.present([]string{f.pattern}) {
			b, err := os.ReadFile(e.path(path))
			if err != nil {
				continue
			}
			cert, err := anyCertificate(b)
			if err != nil {
				continue
			}
			base := filepath.Base(path)
			name := f.name + strings.TrimSuffix(base, filepath.Ext(base))
			out = append(out, cluster.Certificate{Name: name, NotAfter: cert.NotAfter.UTC()})
		}
	}
	return out
}

// anyCertificate reads a PEM file, or the client's certificate in a kubeconfig.
func anyCertificate(b []byte) (*x509.Certificate, error) {
	if m := clientCertificate.FindSubmatch(b); m != nil {
		inner, err := base64.StdEncoding.DecodeString(string(m[1]))
		if err != nil {
			return nil, err
		}
		b = inner
	}
	return pemCertificate(b)
}

// noteCertificates reports the certificates when they differ from those reported.
func (e *Engine) noteCertificates(a cluster.Assignment) {
	now := e.certificates()
	r := e.Report()
	if r.ClusterID != a.Config.ClusterID || reflect.DeepEqual(r.Certificates, now) {
		return
	}
	e.setReport(func(r *cluster.HostReport) {
		if r.Reached != cluster.PhaseDelete {
			r.Certificates = now
		}
	})
}
