package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	v2 "github.com/fluxcd/helm-controller/api/v2"
	"sigs.k8s.io/kustomize/api/builtins"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
)

type metadataRow struct {
	YAML string `json:"yaml"`
	// The documents that come out, each as JSON text.
	Documents []string `json:"documents"`
}

// setMetadata sets labels and annotations by the transformers that helm-controller's post-renderers use.
func setMetadata(shared, raw json.RawMessage) any {
	row := metadataRow{YAML: decode[string](raw), Documents: []string{}}
	metadata := decode[v2.CommonMetadata](shared)
	factory := resmap.NewFactory(provider.NewDefaultDepProvider().GetResourceFactory())
	resources, err := factory.NewResMapFromBytes([]byte(row.YAML))
	check(err)
	check((&builtins.LabelTransformerPlugin{
		Labels:     metadata.Labels,
		FieldSpecs: []types.FieldSpec{{Path: "metadata/labels", CreateIfNotPresent: true}},
	}).Transform(resources))
	check((&builtins.AnnotationsTransformerPlugin{
		Annotations: metadata.Annotations,
		FieldSpecs:  []types.FieldSpec{{Path: "metadata/annotations", CreateIfNotPresent: true}},
	}).Transform(resources))
	for _, resource := range resources.Resources() {
		document, err := resource.MarshalJSON()
		check(err)
		row.Documents = append(row.Documents, string(document))
	}
	return row
}

type digestsRow struct {
	Spec                 json.RawMessage `json:"spec"`
	PostRenderersDigest  string          `json:"postRenderersDigest,omitempty"`
	CommonMetadataDigest string          `json:"commonMetadataDigest,omitempty"`
}

// specDigests encodes the fields as helm-controller does before it digests them.
func specDigests(_, raw json.RawMessage) any {
	row := digestsRow{Spec: raw}
	spec := decode[v2.HelmReleaseSpec](raw)
	if spec.PostRenderers != nil {
		row.PostRenderersDigest = encodedDigest(spec.PostRenderers)
	}
	if spec.CommonMetadata != nil {
		row.CommonMetadataDigest = encodedDigest(spec.CommonMetadata)
	}
	return row
}

func encodedDigest(value any) string {
	hash := sha256.New()
	check(json.NewEncoder(hash).Encode(value))
	return fmt.Sprintf("sha256:%x", hash.Sum(nil))
}
