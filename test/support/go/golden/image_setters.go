package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/fieldmeta"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"
)

type policyImage struct {
	Name   string `json:"name"`
	Tag    string `json:"tag"`
	Digest string `json:"digest"`
}

type settersRow struct {
	YAML string `json:"yaml"`
	// The documents as JSON text once the images are set; absent when nothing changes or the file does not parse.
	Documents []string `json:"documents,omitempty"`
	Unread    bool     `json:"unread,omitempty"`
	// apiVersion, kind, name, namespace, setter, old and new value.
	Changes [][]string `json:"changes"`
}

// imageSetters sets marked fields by kyaml's reader, its markers and its rules of quoting.
func imageSetters(shared, raw json.RawMessage) any {
	fieldmeta.SetShortHandRef("$imagepolicy")
	openapi.SuppressBuiltInSchemaUse()
	row := settersRow{YAML: decode[string](raw), Changes: [][]string{}}
	reader := kio.ByteReader{
		Reader:         strings.NewReader(row.YAML),
		SetAnnotations: map[string]string{"internal.config.kubernetes.io/path": "file.yaml"},
	}
	objects, err := reader.Read()
	if err != nil {
		row.Unread = true
		return row
	}
	values := settersOf(decode[map[string]policyImage](shared))
	definitions := spec.Schema{SchemaProps: spec.SchemaProps{Definitions: spec.Definitions{}}}
	for setter := range values {
		definitions.Definitions[fieldmeta.SetterDefinitionPrefix+setter] = *spec.StringProperty()
	}
	for _, object := range objects {
		meta, err := object.GetMeta()
		check(err)
		eachScalar(object, func(field *kyaml.RNode) {
			mark := fieldmeta.FieldMeta{SettersSchema: &definitions}
			if mark.Read(field) != nil || mark.IsEmpty() {
				return
			}
			setter := strings.TrimPrefix(mark.Schema.Ref.String(), fieldmeta.DefinitionsPrefix+fieldmeta.SetterDefinitionPrefix)
			value, isKnown := values[setter]
			if !isKnown {
				return
			}
			node := field.YNode()
			if node.Value != value {
				row.Changes = append(row.Changes,
					[]string{meta.APIVersion, meta.Kind, meta.Name, meta.Namespace, setter, node.Value, value})
			}
			node.Value = value
			kyaml.FormatNonStringStyle(node, *spec.StringProperty())
		})
	}
	if len(row.Changes) > 0 {
		row.Documents = documentsOf(objects)
	}
	return row
}

func settersOf(images map[string]policyImage) map[string]string {
	values := map[string]string{}
	for policy, image := range images {
		whole := fmt.Sprintf("%s:%s", image.Name, image.Tag)
		if image.Digest != "" {
			whole += "@" + image.Digest
		}
		values[policy] = whole
		values[policy+":name"] = image.Name
		values[policy+":tag"] = image.Tag
		values[policy+":digest"] = image.Digest
	}
	return values
}

func eachScalar(node *kyaml.RNode, visit func(*kyaml.RNode)) {
	switch node.YNode().Kind {
	case kyaml.MappingNode:
		check(node.VisitFields(func(field *kyaml.MapNode) error {
			eachScalar(field.Value, visit)
			return nil
		}))
	case kyaml.SequenceNode:
		check(node.VisitElements(func(element *kyaml.RNode) error {
			eachScalar(element, visit)
			return nil
		}))
	case kyaml.ScalarNode:
		visit(node)
	}
}

// documentsOf writes objects and reads them back as Kubernetes does; an unreadable one is an empty text.
func documentsOf(objects []*kyaml.RNode) []string {
	documents := []string{}
	for _, object := range objects {
		var written bytes.Buffer
		check(kio.ByteWriter{
			Writer:           &written,
			ClearAnnotations: []string{"internal.config.kubernetes.io/path", "path"},
		}.Write([]*kyaml.RNode{object}))
		document, err := yaml.YAMLToJSON(written.Bytes())
		if err != nil {
			document = nil
		}
		documents = append(documents, string(document))
	}
	return documents
}
