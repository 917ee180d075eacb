package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"
)

type yamlRow struct {
	YAML string `json:"yaml"`
	// The document as JSON text, so that numbers stay exact; absent when it does not parse.
	JSON *string `json:"json,omitempty"`
}

// yamlToJSON converts one document as Kubernetes reads it.
func yamlToJSON(_, raw json.RawMessage) any {
	row := yamlRow{YAML: decode[string](raw)}
	output, err := recovered(func() (string, error) {
		output, err := yaml.YAMLToJSON([]byte(row.YAML))
		return string(output), err
	})
	if err == nil {
		row.JSON = &output
	}
	return row
}

type writtenRow struct {
	// The objects as JSON text, and the YAML that our writer made of them.
	JSON string `json:"json"`
	YAML string `json:"yaml"`
	// What Kubernetes reads back, document by document, as JSON text.
	Read []string `json:"read"`
}

// written reads our writer's documents with the readers of Kubernetes and of kustomize.
func written(_, raw json.RawMessage) any {
	row := decode[writtenRow](raw)
	row.Read = []string{}
	for _, document := range strings.Split(row.YAML, "---\n")[1:] {
		read, err := yaml.YAMLToJSONStrict([]byte(document))
		check(err)
		row.Read = append(row.Read, string(read))
		node, err := kyaml.Parse(document)
		check(err)
		text, err := node.String()
		check(err)
		again, err := yaml.YAMLToJSONStrict([]byte(text))
		check(err)
		if !bytes.Equal(read, again) {
			panic(fmt.Sprintf("kustomize reads %s as %s", read, again))
		}
	}
	return row
}
