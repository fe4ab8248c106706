package agent

import (
	"context"
	"maps"
	"net/http"

	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/host"
)

// tagsKey is where the tags of this host are kept.
const tagsKey = "tags"

// tags are what people find this host by.
func (a *Agent) tags() map[string]string {
	tags := map[string]string{}
	if a.hostState == nil {
		return tags
	}
	if _, err := a.hostState.Get(tagsKey, &tags); err != nil {
		a.log.Warn("the tags of this host could not be read", "error", err)
	}
	return tags
}

func (a *Agent) setTags(tags map[string]string) error {
	if err := host.CheckTags(tags); err != nil {
		return apiserver.Errorf(http.StatusUnprocessableEntity, "host:tags", "%s", sentence(err))
	}
	if maps.Equal(tags, a.tags()) {
		return nil
	}
	return a.hostState.Put(tagsKey, tags)
}

// SetTags replaces all tags; the group sees them with the next report.
func (m machine) SetTags(_ context.Context, tags map[string]string) error {
	if err := m.a.setTags(tags); err != nil {
		return err
	}
	m.a.changed()
	m.a.publishGroup()
	return nil
}
