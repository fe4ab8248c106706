package kubeadm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

const (
	probeNamespace = "slipway-probe"
	// volumeMap records in the cluster what the volume probe found, for all hosts to read.
	volumeMap = "slipway-volume-probe"
	// volumeLimit bounds one volume probe; a volume is made by a pod that has to start first.
	volumeLimit = 2 * time.Minute
	volumeRetry = 30 * time.Second
	volumeAway  = 20 * time.Second
	volumeOK    = "ok"
)

// volumeResult reads what the last volume probe found.
func (j *job) volumeResult(ctx context.Context) error {
	found, err := j.configMapData(ctx, volumeMap)
	switch {
	case err != nil:
		return err
	case found["result"] == "":
		return pendingError("not probed yet")
	case found["result"] != volumeOK:
		return errors.New(found["result"])
	}
	return nil
}

// volumeLoop probes once per cluster that a volume can be had, written and read.
func (e *Engine) volumeLoop(ctx context.Context) {
	for pause(ctx, e.statusAfter()) {
		a, ok := e.Assignment()
		if !ok || a.Phase == cluster.PhaseDelete || a.Role == cluster.RoleWorker || !e.joined(a) {
			continue
		}
		j, due := e.volumeDue(a)
		if !due || j.volumeResult(ctx) == nil {
			continue
		}
		if err := j.probeVolume(ctx); err != nil && !pause(ctx, volumeRetry) {
			return
		}
	}
}

// volumeDue looks at the last status: the probe begins as soon as the storage layer is there, while other hosts still join;
// its pod waits for what it needs.
func (e *Engine) volumeDue(a cluster.Assignment) (*job, bool) {
	status := e.Report().Status
	if status == nil || volumeProber(a, *status) != a.Node.Name {
		return nil, false
	}
	due := slices.ContainsFunc(status.Applications, func(app cluster.Application) bool {
		return app.Layer == "csi" && app.Status != appRunning
	})
	if !due {
		return nil, false
	}
	packs, err := e.loadPacks(a.Config.Packs)
	return &job{Engine: e, a: a, packs: packs}, err == nil
}

// volumeProber is the node that probes volumes, so that it is one at a time: the one that has the VIP, or else the first
// control-plane node that is ready.
func volumeProber(a cluster.Assignment, s cluster.Status) string {
	if a.Config.VIP != "" {
		return s.VIPHolder
	}
	for _, n := range s.Nodes {
		if n.Ready && n.Role == string(cluster.RoleControlPlane) {
			return n.Name
		}
	}
	return ""
}

func (j *job) probeVolume(ctx context.Context) error {
	err := j.writeAndRead(ctx)
	if ctx.Err() != nil {
		return ctx.Err() // the agent ends; that says nothing about volumes
	}
	result := volumeOK
	if err != nil {
		result = err.Error()
		j.opt.Log.Warn("volume probe failed", "error", err)
	}
	return errors.Join(err, j.apply(ctx, "slipway-probe", configMap(volumeMap, "result", result)))
}

// probeImage is the pack image that writes a file and reads it back.
func (j *job) probeImage() (string, bool) {
	for _, ref := range j.imageRefs() {
		if strings.HasPrefix(ref, "docker.io/slipway/probe:") {
			return ref, true
		}
	}
	return "", false
}

func (j *job) writeAndRead(ctx context.Context) error {
	image, ok := j.probeImage()
	if !ok {
		return errors.New("the content bundle has no probe image")
	}
	defer j.probeAway(ctx)
	ctx, cancel := context.WithTimeout(ctx, volumeLimit)
	defer cancel()
	objects, err := volumeObjects(image)
	if err != nil {
		return err
	}
	if err := j.apply(ctx, "slipway-probe", objects); err != nil {
		return err
	}
	for {
		pod, err := readAPI[apiObject](ctx, j, "/api/v1/namespaces/"+probeNamespace+"/pods/volume")
		switch {
		case err != nil: // API servers come and go while hosts join: it is asked again
			j.opt.Log.Debug("the pod of the volume probe could not be read", "error", err)
		case pod.Status.Phase == "Succeeded":
			return nil
		case pod.Status.Phase == "Failed":
			return errors.New("the pod could not write to its volume and read it back")
		}
		if !pause(ctx, time.Second) {
			return errors.Join(fmt.Errorf("no pod could be started with a volume within %s: it is %s", volumeLimit, podReason(pod)), err)
		}
	}
}

// probeAway takes the pod and its volume away and waits until they are gone: a cluster that says that it runs shows pods of its
// own only. What takes longer than volumeAway is left to Kubernetes, and the next probe deletes it again.
func (j *job) probeAway(ctx context.Context) {
	cleanCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeLimit)
	defer cancel()
	// The namespace alone would do, but Kubernetes takes its time with what is in it.
	c := j.kubectlWith(adminConf, "delete", "--namespace="+probeNamespace, "pod/volume", "persistentvolumeclaim/volume", "namespace/"+probeNamespace, "--ignore-not-found", "--wait=false")
	if _, err := j.opt.Runner.Run(cleanCtx, c); err != nil {
		j.opt.Log.Debug("what the volume probe made could not be deleted", "error", err)
	}
	ctx, stop := context.WithTimeout(ctx, volumeAway)
	defer stop()
	for !j.probeGone(ctx) && pause(ctx, 500*time.Millisecond) {
	}
}

// probeGone asks for the pod, and for the volume, which outlives it until a pod of the storage layer has emptied it. The
// namespace may end later.
func (j *job) probeGone(ctx context.Context) bool {
	pods, err := readAPI[apiList](ctx, j, "/api/v1/namespaces/"+probeNamespace+"/pods")
	if err != nil || len(pods.Items) > 0 {
		return false
	}
	volumes, err := readAPI[apiList](ctx, j, "/api/v1/persistentvolumes")
	return err == nil && !slices.ContainsFunc(volumes.Items, func(v apiObject) bool { return v.Spec.ClaimRef.Namespace == probeNamespace })
}

// volumeObjects asks the default storage class for a small volume and mounts it into a pod that tries it.
func volumeObjects(image string) ([]byte, error) {
	meta := func(name string) obj { return obj{"name": name, "namespace": probeNamespace} }
	container := func(verb string) obj {
		return obj{"name": verb, "image": image, "imagePullPolicy": "IfNotPresent", "args": []string{verb, "/data/probe", "slipway"},
			"volumeMounts": []obj{{"name": "data", "mountPath": "/data"}}}
	}
	return documents(
		obj{"apiVersion": "v1", "kind": "Namespace", "metadata": obj{"name": probeNamespace}},
		obj{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta("volume"),
			"spec": obj{"accessModes": []string{"ReadWriteOnce"}, "resources": obj{"requests": obj{"storage": "16Mi"}}}},
		obj{"apiVersion": "v1", "kind": "Pod", "metadata": meta("volume"),
			"spec": obj{"restartPolicy": "Never", "activeDeadlineSeconds": 100, "terminationGracePeriodSeconds": 0, "automountServiceAccountToken": false,
				"tolerations":    []obj{{"operator": "Exists"}},
				"initContainers": []obj{container("write")}, "containers": []obj{container("read")},
				"volumes": []obj{{"name": "data", "persistentVolumeClaim": obj{"claimName": "volume"}}}}},
	)
}
