package kubeadm

import "time"

// What is read of Kubernetes' objects (https://kubernetes.io/docs/reference/kubernetes-api/), as `kubectl -o json` prints them.

const controlPlaneLabel = "node-role.kubernetes.io/control-plane"

type apiList struct {
	Items []apiObject `json:"items"`
}

type apiObject struct {
	Kind     string            `json:"kind"`
	Metadata apiMetadata       `json:"metadata"`
	Data     map[string]string `json:"data"`
	Spec     struct {
		HolderIdentity string         `json:"holderIdentity"` // Lease
		Containers     []apiContainer `json:"containers"`     // Pod
		InitContainers []apiContainer `json:"initContainers"`
		NodeName       string         `json:"nodeName"`
		RestartPolicy  string         `json:"restartPolicy"`
		ClaimRef       struct {
			Namespace string `json:"namespace"`
		} `json:"claimRef"` // PersistentVolume
	} `json:"spec"`
	Status struct {
		Phase                 string         `json:"phase"`
		PodIP                 string         `json:"podIP"`
		Conditions            []apiCondition `json:"conditions"`
		ContainerStatuses     []apiState     `json:"containerStatuses"`
		InitContainerStatuses []apiState     `json:"initContainerStatuses"`
		Addresses             []struct {
			Type    string `json:"type"`
			Address string `json:"address"`
		} `json:"addresses"`
		NodeInfo struct {
			KubeletVersion string `json:"kubeletVersion"`
			Architecture   string `json:"architecture"`
		} `json:"nodeInfo"`
	} `json:"status"`
}

type apiMetadata struct {
	Name              string            `json:"name"`
	Namespace         string            `json:"namespace"`
	Labels            map[string]string `json:"labels"`
	CreationTimestamp time.Time         `json:"creationTimestamp"`
	DeletionTimestamp *time.Time        `json:"deletionTimestamp"`
}

type apiContainer struct {
	Image string `json:"image"`
}

type apiCondition struct {
	Type               string    `json:"type"`
	Status             string    `json:"status"`
	Message            string    `json:"message"`
	LastTransitionTime time.Time `json:"lastTransitionTime"`
}

type apiState struct {
	State struct {
		Waiting *struct {
			Reason string `json:"reason"`
		} `json:"waiting"`
	} `json:"state"`
}

func (o apiObject) condition(kind string) (apiCondition, bool) {
	for _, c := range o.Status.Conditions {
		if c.Type == kind {
			return c, true
		}
	}
	return apiCondition{}, false
}
