package agent

import (
	"encoding/json"
	"log/slog"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/cluster"
)

// Topics on the linked channel. A follower reports host, content, cluster and facts; the leader desires catalog, assignment,
// check and group. Values are whole, additions to them only.
const (
	topicHost       = "host"       // hostReport
	topicContent    = "content"    // content.Report
	topicCluster    = "cluster"    // cluster.HostReport
	topicFacts      = "facts"      // cluster.Facts
	topicCatalog    = "catalog"    // content.Catalog
	topicAssignment = "assignment" // cluster.Assignment
	topicCheck      = "check"      // cluster.CheckRequest
	topicGroup      = "group"      // groupView
)

// hostReport is what a host says about itself.
type hostReport struct {
	Host         cluster.Host `json:"host"`
	Health       string       `json:"health"`
	HealthReason string       `json:"healthReason,omitempty"`

	Tags map[string]string `json:"tags,omitempty"`
}

// groupView is what every host of the group may show, as the leader sees it.
type groupView struct {
	Hosts    []api.LinkedHost           `json:"hosts"`
	Clusters []api.Cluster              `json:"clusters"`
	Sync     map[string]api.ContentSync `json:"sync"`
}

// encode puts a value on the channel; our own types always encode.
func encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// decode reads one topic that a peer sent; absent or malformed ones leave ok false.
func decode[T any](topics map[string]json.RawMessage, topic string, log *slog.Logger) (v T, ok bool) {
	raw, present := topics[topic]
	if !present {
		return v, false
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		log.Warn("a linked host sent something this version does not understand", "topic", topic, "error", err)
		return v, false
	}
	return v, true
}
