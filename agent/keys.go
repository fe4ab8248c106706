package agent

import (
	"context"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/auth"
)

// userKeys shows people's SSH keys through the API.
type userKeys struct{ a *auth.Auth }

func authCaller(by apiserver.Caller) auth.Caller {
	return auth.Caller{User: by.User, Role: auth.Role(by.Role), Address: by.Address, Session: by.SessionID}
}

func apiKey(k auth.Key) api.SSHKey {
	return api.SSHKey{Type: k.Type, Fingerprint: k.Fingerprint, Comment: k.Comment, Restricted: k.Restricted}
}

func (u userKeys) List(_ context.Context, by apiserver.Caller, name string) ([]api.SSHKey, error) {
	keys, err := u.a.Keys(authCaller(by), name)
	out := []api.SSHKey{}
	for _, k := range keys {
		out = append(out, apiKey(k))
	}
	return out, authError(err)
}

func (u userKeys) Add(_ context.Context, by apiserver.Caller, name, key string) (api.SSHKey, error) {
	k, err := u.a.AddKey(authCaller(by), name, key)
	return apiKey(k), authError(err)
}

func (u userKeys) Remove(_ context.Context, by apiserver.Caller, name, fingerprint string) error {
	return authError(u.a.RemoveKey(authCaller(by), name, fingerprint))
}
