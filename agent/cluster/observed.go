package cluster

import (
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Event is one of Kubernetes' own events (https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/).
type Event struct {
	Time      time.Time `json:"time"` // when it was last seen
	Type      string    `json:"type"` // Normal or Warning
	Reason    string    `json:"reason"`
	Namespace string    `json:"namespace"`
	Object    string    `json:"object"` // kind/name
	Message   string    `json:"message"`
	Count     int       `json:"count"` // how often it was seen, at least 1
}

// Latest sorts events, newest first, and returns at most limit of them; more says that some were left out.
func Latest(events []Event, limit int) (out []Event, more bool) {
	out = slices.Clone(events)
	slices.SortStableFunc(out, func(a, b Event) int { return b.Time.Compare(a.Time) })
	if len(out) > limit {
		return out[:limit], true
	}
	return out, false
}

// Service is a service of the cluster.
type Service struct {
	Namespace string        `json:"namespace"`
	Name      string        `json:"name"`
	Type      string        `json:"type"`
	Address   string        `json:"address"` // its cluster address, empty when it has none
	External  []string      `json:"external,omitempty"`
	Ports     []ServicePort `json:"ports"`
}

// ServicePort is one port of a service. NodePort is the port of every host that leads to it, 0 for none.
type ServicePort struct {
	Name     string `json:"name"`
	Port     int    `json:"port"`
	Protocol string `json:"protocol"`
	NodePort int    `json:"nodePort"`
}

// Links says where a service is reached from outside, host being the VIP or else a control-plane host. A link to a port that
// does not speak http has no scheme but the protocol's name.
func (s Service) Links(host string) []string {
	out := []string{}
	for _, p := range s.Ports {
		if p.NodePort != 0 && host != "" {
			out = append(out, link(p, host, p.NodePort))
		}
		for _, e := range s.External {
			out = append(out, link(p, e, p.Port))
		}
	}
	return out
}

// link guesses what a port speaks by its name and number, as people name them: the API does not say.
func link(p ServicePort, host string, port int) string {
	scheme := strings.ToLower(p.Protocol)
	name := strings.ToLower(p.Name)
	switch {
	case p.Protocol != "TCP":
	case strings.Contains(name, "https") || p.Port == 443 || p.Port == 6443 || p.Port == 8443:
		scheme = "https"
	case strings.Contains(name, "http") || strings.Contains(name, "web") || p.Port == 80 || p.Port == 8080:
		scheme = "http"
	}
	return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(port))
}

// HostServices are what the hosts themselves serve for the cluster: the API where everyone finds it; the registry by its name, with
// a link that leads there whatever a load balancer does. host is the VIP, or else a control-plane host.
func (c Config) HostServices(host string) []Service {
	api, text, _ := net.SplitHostPort(c.APIServer(host))
	port, _ := strconv.Atoi(text)
	out := []Service{{Name: "Kubernetes API", Type: "Host", Address: api, External: []string{api}, Ports: []ServicePort{{Name: "https", Port: port, Protocol: "TCP"}}}}
	if port := c.RegistryPort(); port != 0 {
		out = append(out, Service{Name: "Registry", Type: "Host", Address: c.RegistryHost(host), External: []string{host}, Ports: []ServicePort{{Name: "https", Port: port, Protocol: "TCP"}}})
	}
	return out
}

// Certificate is one that Kubernetes has on a host.
type Certificate struct {
	Name     string    `json:"name"`
	NotAfter time.Time `json:"notAfter"`
}

// Deployed is the spec as it was deployed, complete: with the definition that was taken and the value of every variable. Masked
// values stay out; missing names them, for whoever deploys the same again.
func (r Record) Deployed() (spec Spec, missing []string) {
	spec = r.Spec
	spec.Definition = r.Plan.Definition
	spec.Variables = map[string]string{}
	for name, value := range r.Plan.Config.Variables {
		if slices.Contains(r.Plan.Masked, name) {
			missing = append(missing, name)
			continue
		}
		spec.Variables[name] = value
	}
	slices.Sort(missing)
	return spec, missing
}
