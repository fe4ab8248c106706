module local-path-provisioner

go 1.24

require github.com/rancher/local-path-provisioner v0.0.30

// The same Kubernetes client as the cluster, so that the compiler works once.
require (
	k8s.io/api v0.32.3 // indirect
	k8s.io/apimachinery v0.32.3 // indirect
	k8s.io/client-go v0.32.3 // indirect
)
