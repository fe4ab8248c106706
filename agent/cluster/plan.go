package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Plan is what creating a cluster will do. It is a pure function of the spec, the resolved definition and the linked hosts,
// so that the same wish on the same hosts has the same Hash: `cluster create --plan HASH` does what was shown, or refuses.
type Plan struct {
	// Hash is sha256:HEX over the plan without its checks, which carry measured noise.
	Hash       string        `json:"hash"`
	Definition DefinitionRef `json:"definition"`
	Config     Config        `json:"config"`
	// Members in the order in which they join: the init host first, then control-plane hosts, then workers.
	Members []Member   `json:"members"`
	Steps   []PlanStep `json:"steps"`
	Blobs   []BlobRef  `json:"blobs,omitempty"`
	Masked  []string   `json:"masked,omitempty"`
	Checks  []Check    `json:"checks,omitempty"`
}

// Member is one host of the plan.
type Member struct {
	Node Node   `json:"node"`
	Role Role   `json:"role"`
	Pool string `json:"pool"`
}

// PlanStep is one line of the preview: who does what.
type PlanStep struct {
	Host string `json:"host"`
	Text string `json:"text"`
}

// controlPlaneTaint keeps ordinary pods off control-plane hosts that are not worker-capable
// (https://kubernetes.io/docs/reference/labels-annotations-taints/#node-role-kubernetes-io-control-plane-taint).
var controlPlaneTaint = Taint{Key: "node-role.kubernetes.io/control-plane", Effect: "NoSchedule"}

// MakePlan validates the spec and returns the plan with its hash. The error, if any, is an Issues.
func MakePlan(spec Spec, stack Stack, hosts []Host) (Plan, error) {
	spec = Complete(spec, hosts)
	if issues := Validate(spec, stack, hosts); len(issues) > 0 {
		return Plan{}, issues
	}
	p := Plan{
		Definition: stack.Definition,
		Members:    members(spec, hosts),
		Blobs:      stack.Blobs,
		Masked:     stack.Masked,
		Config: Config{
			Name: spec.Name, PodCIDR: stack.Variables[VarPodCIDR], ServiceCIDR: stack.Variables[VarServiceCIDR],
			KubernetesVersion: stack.kubernetesVersion(), Packs: stack.Packs, Variables: stack.Variables,
			NTPServers: spec.NTPServers, SSHKeys: spec.SSHKeys,
		},
	}
	p.Config.VIP = movingVIP(spec, p.Members)
	if spec.ControlPlaneEndpoint != "" {
		p.Config.Endpoint, _ = ParseEndpoint(spec.ControlPlaneEndpoint) // Validate has read it
	}
	for _, m := range p.Members {
		if m.Role != RoleWorker {
			p.Config.ControlPlaneHosts++
		}
	}
	p.Steps = preview(p)
	p.Hash = p.hash()
	return p, nil
}

// members turns the pools into nodes in join order. The first host of the control-plane pool is the init host.
func members(spec Spec, hosts []Host) []Member {
	var controlPlane, workers []Member
	for _, pool := range spec.Pools {
		for _, ph := range pool.Hosts {
			h, _ := findHost(hosts, ph.Host)
			adapter, prefix, _ := h.nodePrefix(ph.Adapter)
			m := Member{Pool: pool.Name, Role: pool.Role, Node: Node{
				HostID: h.ID, Name: nodeName(ph, h), Address: prefix.Addr().String(), Adapter: adapter,
				Labels: pool.Labels, Taints: pool.Taints,
			}}
			if pool.Role == RoleWorker {
				workers = append(workers, m)
				continue
			}
			if !pool.WorkerCapable && !slices.Contains(m.Node.Taints, controlPlaneTaint) {
				m.Node.Taints = append(slices.Clone(m.Node.Taints), controlPlaneTaint)
			}
			if len(controlPlane) == 0 {
				m.Role = RoleInit
			}
			controlPlane = append(controlPlane, m)
		}
	}
	return append(controlPlane, workers...)
}

func preview(p Plan) []PlanStep {
	var steps []PlanStep
	say := func(m Member, format string, args ...any) {
		steps = append(steps, PlanStep{Host: m.Node.Name, Text: fmt.Sprintf(format, args...)})
	}
	for _, m := range p.Members {
		say(m, "place Kubernetes %s and pull the images of %s", p.Config.KubernetesVersion, counted(len(p.Config.Packs), "pack"))
	}
	for _, m := range p.Members {
		switch m.Role {
		case RoleInit:
			say(m, "start the control plane on %s", m.Node.Address)
			for _, pack := range p.Config.Packs {
				if pack.Layer != layerKubernetes {
					say(m, "apply %s %s (%s)", pack.Name, pack.Version, pack.Layer)
				}
			}
		case RoleControlPlane:
			say(m, "join as a control-plane host on %s, after those above", m.Node.Address)
		case RoleWorker:
			say(m, "join as a worker on %s", m.Node.Address)
		}
	}
	return steps
}

// counted is "1 pack" or "4 packs".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// hash covers everything that will be done. encoding/json sorts map keys, so the form is canonical. Masked values stay
// out: the hash is shown and logged, and a weak password could be guessed from it.
func (p Plan) hash() string {
	p.Hash, p.Checks, p.Config.ClusterID = "", nil, ""
	p = p.Redacted()
	b, err := json.Marshal(p)
	if err != nil {
		panic("cluster: plan cannot be marshalled: " + err.Error()) // plain data: cannot happen
	}
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Redacted returns the plan as it may be shown: values of masked variables are replaced. The hash stays.
func (p Plan) Redacted() Plan {
	p.Config.Variables = redact(p.Config.Variables, p.Masked)
	return p
}

func redact(values map[string]string, masked []string) map[string]string {
	out := make(map[string]string, len(values))
	for k, v := range values {
		if v != "" && slices.Contains(masked, k) {
			v = "********"
		}
		out[k] = v
	}
	return out
}

// Requests returns what each host (by id) is asked to measure for the checks of this plan.
func (p Plan) Requests(runID string) map[string]CheckRequest {
	out := make(map[string]CheckRequest, len(p.Members))
	for _, m := range p.Members {
		r := CheckRequest{ID: runID, Address: m.Node.Address, Adapter: m.Node.Adapter, VIP: p.Config.VIP, Endpoint: p.Config.Endpoint,
			Ports: p.Config.ports(m.Role), Blobs: p.Blobs}
		for _, o := range p.Members {
			if o.Node.HostID != m.Node.HostID {
				r.Peers = append(r.Peers, PeerProbe{HostID: o.Node.HostID, Name: o.Node.Name, Address: o.Node.Address,
					Ports: p.Config.dialedPorts(m.Role, o.Role)})
			}
		}
		out[m.Node.HostID] = r
	}
	return out
}
