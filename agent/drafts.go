package agent

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/cluster"
	"github.com/slipway-os/slipway/agent/profile"
)

// draftKey is where the group's draft is kept, in the leader's state.
const draftKey = "draft"

// drafts keeps the answers of the wizard until the cluster is created: one draft of the group, on its leader.
type drafts struct{ a *Agent }

// draft has the fields of api.ClusterDraft in its order, so that one converts to the other.
type draft struct {
	SavedAt time.Time `json:"savedAt"`
	SavedBy string    `json:"savedBy"`
	Spec    string    `json:"spec"`
}

// Show returns the draft; 404 without one.
func (d drafts) Show(context.Context) (api.ClusterDraft, error) {
	if err := d.a.onlyLeader(); err != nil {
		return api.ClusterDraft{}, err
	}
	var kept draft
	found, err := d.a.hostState.Get(draftKey, &kept)
	if err == nil && !found {
		err = apiserver.Errorf(http.StatusNotFound, "cluster:no-draft", "There is no draft of a cluster; `slipway cluster draft save -f FILE` or the wizard of the Local UI keeps one.")
	}
	return api.ClusterDraft(kept), err
}

// Save replaces the draft. It may be unfinished, but never holds a masked value: those are asked again.
func (d drafts) Save(_ context.Context, spec, user string) (api.ClusterDraft, error) {
	if err := d.a.onlyLeader(); err != nil {
		return api.ClusterDraft{}, err
	}
	parsed, err := cluster.ParseSpec([]byte(spec))
	if err == nil {
		err = d.noSecrets(parsed)
	}
	if err != nil {
		return api.ClusterDraft{}, apiserver.Errorf(http.StatusUnprocessableEntity, "cluster:spec", "%v", err)
	}
	kept := draft{Spec: spec, SavedAt: d.a.now().UTC(), SavedBy: user}
	return api.ClusterDraft(kept), d.a.hostState.Put(draftKey, kept)
}

func (d drafts) noSecrets(spec cluster.Spec) error {
	if len(spec.Variables) == 0 {
		return nil
	}
	def, err := d.a.definition(spec.Definition)
	if err != nil {
		return err
	}
	for _, name := range def.Masked() {
		if v, there := spec.Variables[name]; there && v != profile.Mask {
			return fmt.Errorf("a draft keeps no secrets; leave variable %s out and give it when the cluster is created", name)
		}
	}
	return nil
}

// Drop forgets the draft; none is no error.
func (d drafts) Drop(context.Context) error {
	if err := d.a.onlyLeader(); err != nil {
		return err
	}
	return d.a.hostState.Delete(draftKey)
}
