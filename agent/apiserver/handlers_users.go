package apiserver

import (
	"context"

	"github.com/slipway-os/slipway/agent/api"
)

// ChangeUser locks or unlocks somebody and sets the end of the password.
func (s *Server) ChangeUser(ctx context.Context, r api.ChangeUserRequestObject) (api.ChangeUserResponseObject, error) {
	return api.ChangeUser204Response{}, s.Users.Change(ctx, CallerFrom(ctx), r.Name, *r.Body)
}

// DeleteUser takes somebody away.
func (s *Server) DeleteUser(ctx context.Context, r api.DeleteUserRequestObject) (api.DeleteUserResponseObject, error) {
	return api.DeleteUser204Response{}, s.Users.Delete(ctx, CallerFrom(ctx), r.Name)
}
