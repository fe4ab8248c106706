// Package api is the contract of the agent: openapi.yaml and what is generated from it (types, echo strict server, client).
// Change openapi.yaml first, then run `go generate ./agent/api`. Additions only: a key or route that exists stays.
package api

import _ "embed"

//go:generate go tool oapi-codegen -config generate.yaml openapi.yaml

// Contract is openapi.yaml as it was written, for people and their tools.
//
//go:embed openapi.yaml
var Contract []byte
