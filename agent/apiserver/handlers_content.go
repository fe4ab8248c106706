package apiserver

import (
	"bytes"
	"context"
	"time"

	"github.com/slipway-os/slipway/agent/api"
)

// ListContent lists the items.
func (s *Server) ListContent(ctx context.Context, _ api.ListContentRequestObject) (api.ListContentResponseObject, error) {
	l, err := s.Content.List(ctx)
	return api.ListContent200JSONResponse(l), err
}

// GetContent shows one.
func (s *Server) GetContent(ctx context.Context, r api.GetContentRequestObject) (api.GetContentResponseObject, error) {
	d, err := s.Content.Show(ctx, r.Digest)
	return api.GetContent200JSONResponse(d), err
}

// VerifyContent reads everything again.
func (s *Server) VerifyContent(ctx context.Context, _ api.VerifyContentRequestObject) (api.VerifyContentResponseObject, error) {
	op, err := s.Content.Verify(ctx)
	return api.VerifyContent202JSONResponse{StartedJSONResponse: api.StartedJSONResponse(op)}, err
}

// DeleteContent deletes one item, or says what would go.
func (s *Server) DeleteContent(ctx context.Context, r api.DeleteContentRequestObject) (api.DeleteContentResponseObject, error) {
	d, err := s.Content.Delete(ctx, r.Digest, r.Params.DryRun)
	return api.DeleteContent200JSONResponse(d), err
}

// ListDefinitions lists what clusters can be made of.
func (s *Server) ListDefinitions(ctx context.Context, _ api.ListDefinitionsRequestObject) (api.ListDefinitionsResponseObject, error) {
	l, err := s.Content.Definitions(ctx)
	return api.ListDefinitions200JSONResponse(l), err
}

// ListClusters lists the cluster of the group.
func (s *Server) ListClusters(ctx context.Context, _ api.ListClustersRequestObject) (api.ListClustersResponseObject, error) {
	l, err := s.Clusters.List(ctx)
	return api.ListClusters200JSONResponse(l), err
}

// CreateCluster creates it, or plans it with dryRun.
func (s *Server) CreateCluster(ctx context.Context, r api.CreateClusterRequestObject) (api.CreateClusterResponseObject, error) {
	if r.Params.DryRun {
		p, err := s.Clusters.Plan(ctx, *r.Body)
		return api.CreateCluster200JSONResponse(p), err
	}
	op, err := s.Clusters.Create(ctx, *r.Body)
	return api.CreateCluster202JSONResponse{StartedJSONResponse: api.StartedJSONResponse(op)}, err
}

// GetCluster shows one cluster.
func (s *Server) GetCluster(ctx context.Context, r api.GetClusterRequestObject) (api.GetClusterResponseObject, error) {
	l, err := s.Clusters.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range l {
		if k.Name == r.Name {
			return api.GetCluster200JSONResponse(k), nil
		}
	}
	return nil, notFound("cluster", r.Name)
}

// DeleteCluster takes the cluster off its hosts.
func (s *Server) DeleteCluster(ctx context.Context, r api.DeleteClusterRequestObject) (api.DeleteClusterResponseObject, error) {
	op, err := s.Clusters.Delete(ctx, r.Name, r.Params.Force)
	return api.DeleteCluster202JSONResponse{StartedJSONResponse: api.StartedJSONResponse(op)}, err
}

// GetKubeconfig hands out the administrator's credentials, to administrators only.
func (s *Server) GetKubeconfig(ctx context.Context, r api.GetKubeconfigRequestObject) (api.GetKubeconfigResponseObject, error) {
	if CallerFrom(ctx).Role != "admin" {
		return nil, Errorf(403, "not-allowed", "The kubeconfig gives full rights over the cluster; only a member of group slipway-admin may have it.")
	}
	b, err := s.Clusters.Kubeconfig(ctx, r.Name)
	if err != nil {
		return nil, err
	}
	return api.GetKubeconfig200ApplicationyamlResponse{Body: bytes.NewReader(b), ContentLength: int64(len(b))}, nil
}

// ListOperations lists the long work.
func (s *Server) ListOperations(context.Context, api.ListOperationsRequestObject) (api.ListOperationsResponseObject, error) {
	return api.ListOperations200JSONResponse(s.Operations.List()), nil
}

// GetOperation shows one operation, if wished when it has ended.
func (s *Server) GetOperation(ctx context.Context, r api.GetOperationRequestObject) (api.GetOperationResponseObject, error) {
	if r.Params.Wait <= 0 {
		op, err := s.Operations.Get(r.Id)
		return api.GetOperation200JSONResponse(op), err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(min(r.Params.Wait, 60))*time.Second)
	defer cancel()
	op, err := s.Operations.Wait(ctx, r.Id)
	return api.GetOperation200JSONResponse(op), err
}

// CancelOperation asks one to stop.
func (s *Server) CancelOperation(ctx context.Context, r api.CancelOperationRequestObject) (api.CancelOperationResponseObject, error) {
	op, err := s.Operations.Cancel(ctx, r.Id)
	return api.CancelOperation202JSONResponse{StartedJSONResponse: api.StartedJSONResponse(op)}, err
}
