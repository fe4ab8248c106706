// Package kubeadm makes one host a member of a Kubernetes cluster and takes it out again. It carries a
// cluster.Assignment out with upstream kubeadm, containerd and the static pods that kubeadm writes; everything comes
// from the content bundle, nothing from a network.
//
// The work is a list of steps. A step probes reality first and does nothing when the probe says it is done; after the
// work the probe must say so. There is no other memory of progress but one marker per host ("kubeadm ran to its end"),
// so kill -9 or a power cut at any instant is healed by applying the assignment again.
//
//	prepare   place-binaries -> host-settings -> containerd -> images
//	join      init | join -> (the next host may join) -> kube-vip -> node -> [init host: join-secrets, dns, apply <pack> ...]
//	finalize  [init host: kube-vip-credentials, labels, secrets-gone] -> [control plane: certificates]
//	delete    the remnants, one after another -> nothing left
//
//	         Assign           step failed: back-off 2 s .. 60 s
//	 idle ------------> applying ----------------------------+
//	   ^                  |   ^                              |
//	   +---- all done ----+   +------------------------------+
//
// A kubeadm run that failed or was cut is taken back before the next try, unless the API server says that it was complete.
// A host that once joined is never reset by itself: from then on only PhaseDelete removes it.
package kubeadm
