// Package proxy sets how containerd and the kubelet of this host reach what is outside: an HTTP proxy, and the certificate
// authority that such a proxy signs with. The agent's own work, and kubeadm and kubectl that it runs, stay within the group
// and never take it.
//
//	Set ──> state (durable) ──> environment file, CA file ──> trust store ──> restart of what runs with it
//	start of the agent, change of the cluster ──> Restore ──^ (only what is new)
//
// The environment file (mode 0600, below /var/lib, so that a boot finds it before the agent runs) is named by the units of
// containerd and the kubelet; systemd does not show its content to others, as it would with Environment=. /etc is an overlay
// that a reboot forgets, so Restore builds the trust store again.
//
// What must never go to a proxy is added by itself: this host, the group's hosts, and a cluster's VIP, pods and Services.
//
// A password is never shown: it reads as ******** in every answer, and that text, sent back with the same user and proxy,
// means the password that is set.
package proxy
