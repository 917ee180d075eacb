package main

import (
	"encoding/json"

	"github.com/wI2L/jsondiff"
)

type driftRow struct {
	Live   json.RawMessage `json:"live"`
	DryRun json.RawMessage `json:"dryRun"`
	// What would change: operations of a JSON patch without their values.
	Changes []change `json:"changes"`
}

type change struct {
	Operation string `json:"op"`
	Path      string `json:"path"`
}

// drift compares as fluxcd/pkg ssa/jsondiff does: nothing is removed from labels and annotations, and neither the rest
// of the metadata nor the status counts.
func drift(_, raw json.RawMessage) any {
	row := decode[driftRow](raw)
	row.Changes = []change{}
	live, dryRun := decode[map[string]any](row.Live), decode[map[string]any](row.DryRun)
	metadata, err := jsondiff.Compare(metadataOf(live), metadataOf(dryRun), jsondiff.Rationalize())
	check(err)
	for _, operation := range metadata {
		if operation.Type == jsondiff.OperationAdd || operation.Type == jsondiff.OperationReplace {
			row.Changes = append(row.Changes, change{operation.Type, operation.Path})
		}
	}
	for _, object := range []map[string]any{live, dryRun} {
		delete(object, "metadata")
		delete(object, "status")
	}
	body, err := jsondiff.Compare(live, dryRun, jsondiff.Rationalize())
	check(err)
	for _, operation := range body {
		row.Changes = append(row.Changes, change{operation.Type, operation.Path})
	}
	return row
}

func metadataOf(object map[string]any) map[string]any {
	metadata, _ := object["metadata"].(map[string]any)
	kept := map[string]any{}
	for _, field := range []string{"name", "annotations", "labels"} {
		if value, ok := metadata[field]; ok {
			kept[field] = value
		}
	}
	return map[string]any{"metadata": kept}
}
