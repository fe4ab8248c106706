package builder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-os/slipway/agent/content/bundlewriter"
	"github.com/slipway-os/slipway/cmd/slipway-build/recipe"
)

// upstreamFile takes a manifest out of a pinned module and makes it a template.
func (b *Builder) upstreamFile(ctx context.Context, u recipe.Upstream) (bundlewriter.Blob, error) {
	file, err := b.moduleFile(ctx, filepath.Join(b.dir, u.Module), u.Require, u.File)
	if err != nil {
		return bundlewriter.Blob{}, err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return bundlewriter.Blob{}, err
	}
	if data, err = templateOf(data, u); err != nil {
		return bundlewriter.Blob{}, fmt.Errorf("%s of %s: %w", u.File, u.Require, err)
	}
	return bundlewriter.Bytes(data), nil
}

// templateOf sets environment variables in the manifests of data, and adds
// containers; the values may be template actions such as {{.PodCIDR}}. Text of upstream that already
// looks like an action is refused, because the engine would run it.
func templateOf(data []byte, u recipe.Upstream) ([]byte, error) {
	if bytes.Contains(data, []byte("{{")) {
		return nil, errors.New("the file contains {{ and so cannot be made a template")
	}
	documents, err := decodeAll(data)
	if err != nil {
		return nil, err
	}
	for _, edit := range u.Env {
		container, err := findContainer(documents, edit)
		if err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(edit.Set)) {
			setEnv(container, name, edit.Set[name])
		}
	}
	for _, b := range slices.Backward(u.Before) {
		pod := findPod(documents, b.Kind, b.Name)
		if pod == nil {
			return nil, fmt.Errorf("there is no %s %s", b.Kind, b.Name)
		}
		putFirst(pod, b)
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	for _, d := range documents {
		if err := enc.Encode(d); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), enc.Close()
}

func decodeAll(data []byte) ([]*yaml.Node, error) {
	var documents []*yaml.Node
	for dec := yaml.NewDecoder(bytes.NewReader(data)); ; {
		d := &yaml.Node{}
		err := dec.Decode(d)
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, err
		}
		documents = append(documents, d)
	}
}

// findPod is what a workload makes its pods from, or nil.
func findPod(documents []*yaml.Node, kind, name string) *yaml.Node {
	for _, d := range documents {
		if len(d.Content) == 0 {
			continue
		}
		workload := d.Content[0]
		if text(workload, "kind") == kind && text(child(workload, "metadata"), "name") == name {
			return child(child(child(workload, "spec"), "template"), "spec")
		}
	}
	return nil
}

func findContainer(documents []*yaml.Node, edit recipe.Env) (*yaml.Node, error) {
	if containers := child(findPod(documents, edit.Kind, edit.Name), "containers"); containers != nil {
		for _, c := range containers.Content {
			if text(c, "name") == edit.Container {
				return c, nil
			}
		}
	}
	return nil, fmt.Errorf("there is no container %s in %s %s", edit.Container, edit.Kind, edit.Name)
}

// putFirst adds an init container before the others.
func putFirst(pod *yaml.Node, b recipe.Before) {
	args := &yaml.Node{Kind: yaml.SequenceNode}
	for _, a := range b.Args {
		args.Content = append(args.Content, scalar(a))
	}
	container := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
		scalar("name"), scalar(b.Container), scalar("image"), scalar(b.Image), scalar("imagePullPolicy"), scalar("IfNotPresent"), scalar("args"), args,
	}}
	list := child(pod, "initContainers")
	if list == nil {
		list = &yaml.Node{Kind: yaml.SequenceNode}
		pod.Content = append(pod.Content, scalar("initContainers"), list)
	}
	list.Content = slices.Insert(list.Content, 0, container)
}

// setEnv replaces or adds one variable of a container, dropping a valueFrom.
func setEnv(container *yaml.Node, name, value string) {
	variable := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
		scalar("name"), scalar(name), scalar("value"), scalar(value),
	}}
	env := child(container, "env")
	if env == nil {
		env = &yaml.Node{Kind: yaml.SequenceNode}
		container.Content = append(container.Content, scalar("env"), env)
	}
	for i, v := range env.Content {
		if text(v, "name") == name {
			env.Content[i] = variable
			return
		}
	}
	env.Content = append(env.Content, variable)
}

// child is the value of a key of a mapping, or nil.
func child(node *yaml.Node, key string) *yaml.Node {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

func text(node *yaml.Node, key string) string {
	if c := child(node, key); c != nil {
		return c.Value
	}
	return ""
}

// scalar is text that stays text: "true" or "{{.X}}" get quotes.
func scalar(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}
