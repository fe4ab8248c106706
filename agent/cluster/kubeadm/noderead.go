package kubeadm

import (
	"context"
	"fmt"
	"strings"
)

// NodeReady says whether this host's node is Ready, by what the API server says; name is "" when the host has no node. It
// asks with the kubelet's own certificate, which every node has and which may read its node only.
func (e *Engine) NodeReady(ctx context.Context) (name string, ready bool, err error) {
	a, ok := e.Assignment()
	if !ok {
		return "", false, nil
	}
	j := &job{Engine: e, a: a}
	out, err := e.opt.Runner.Run(ctx, j.kubectlWith(kubeletConf, "get", "node", a.Node.Name,
		"-o", `jsonpath={.status.conditions[?(@.type=="Ready")].status}`))
	if err != nil {
		return a.Node.Name, false, fmt.Errorf("ask for the node %s: %w", a.Node.Name, err)
	}
	return a.Node.Name, strings.TrimSpace(string(out)) == "True", nil
}
