module local-path-provisioner

go 1.24

require github.com/rancher/local-path-provisioner v0.0.30

require (
	github.com/fxamacker/cbor/v2 v2.7.0 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	gopkg.in/evanphx/json-patch.v4 v4.12.0 // indirect
)

// The same Kubernetes client as the cluster, so that the compiler works once.
replace (
	k8s.io/api => k8s.io/api v0.32.3
	k8s.io/apimachinery => k8s.io/apimachinery v0.32.3
	k8s.io/client-go => k8s.io/client-go v0.32.3
)
