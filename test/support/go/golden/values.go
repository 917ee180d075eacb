package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/chartutil"
	"github.com/go-logr/logr"
	"github.com/opencontainers/go-digest"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/engine"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

type valuesRow struct {
	// spec.values as JSON text, as the API server answers it.
	Values string `json:"values,omitempty"`
	// Short for a ConfigMap each: with values, and then with what belongs at a path.
	YAML []string    `json:"yaml,omitempty"`
	Set  []valuesSet `json:"set,omitempty"`
	// References that stand behind those, and their objects by `Kind/name`; of Secrets the data is base64.
	From    []meta.ValuesReference       `json:"from,omitempty"`
	Objects map[string]map[string]string `json:"objects,omitempty"`
	// Whether to show what a chart sees.
	Render bool `json:"render,omitempty"`

	// What the original answers: the text that is digested, unless it is very long, and the digest.
	Encoded *string `json:"encoded,omitempty"`
	Digest  string  `json:"digest,omitempty"`
	// What a chart shows of the values: each with its type and as text.
	Rendered string `json:"rendered,omitempty"`
	// Which of the errors of the original it is instead.
	Refused string `json:"refused,omitempty"`
}

const longestShown = 4096

type valuesSet struct {
	Path    string `json:"path"`
	Value   string `json:"value"`
	Literal bool   `json:"literal,omitempty"`
}

// references are the row's, the short ones first.
func (r valuesRow) references() ([]meta.ValuesReference, cluster) {
	var references []meta.ValuesReference
	objects := maps.Clone(r.Objects)
	if objects == nil {
		objects = map[string]map[string]string{}
	}
	add := func(data string, reference meta.ValuesReference) {
		reference.Kind = "ConfigMap"
		reference.Name = fmt.Sprintf("short-%d", len(references))
		objects["ConfigMap/"+reference.Name] = map[string]string{"values.yaml": data}
		references = append(references, reference)
	}
	for _, data := range r.YAML {
		add(data, meta.ValuesReference{})
	}
	for _, set := range r.Set {
		add(set.Value, meta.ValuesReference{TargetPath: set.Path, Literal: set.Literal})
	}
	return append(references, r.From...), cluster{objects: objects}
}

// values composes the values of a release. Shared is the template that shows what a chart sees.
func values(shared, raw json.RawMessage) any {
	row := decode[valuesRow](raw)
	var inline map[string]any
	if row.Values != "" {
		// As GetValues of a HelmRelease, which drops the error.
		_ = yaml.Unmarshal([]byte(row.Values), &inline)
	}
	references, objects := row.references()
	composed, err := chartutil.ChartValuesFromReferences(context.Background(), logr.Discard(),
		objects, "apps", inline, references...)
	if err != nil {
		row.Refused = refusal(err)
		return row
	}
	var encoded strings.Builder
	if len(composed) > 0 {
		check(chartutil.Encode(&encoded, composed, chartutil.SortMapSlice))
	}
	text := encoded.String()
	if len(text) <= longestShown {
		row.Encoded = &text
	}
	row.Digest = chartutil.DigestValues(digest.Canonical, composed).String()
	if digest.FromString(text).String() != row.Digest {
		panic(fmt.Sprintf("%s has another digest than %s", text, row.Digest))
	}
	if row.Render {
		row.Rendered = render(decode[string](shared), composed)
	}
	return row
}

func refusal(err error) string {
	reference, ok := err.(*chartutil.ErrValuesReference)
	if !ok {
		panic(err)
	}
	return reference.Reason.Error()
}

// render gives the values to a chart with that template as an install does, and returns what it wrote in base64.
func render(template string, composed common.Values) string {
	walker := &chart.Chart{
		Metadata:  &chart.Metadata{APIVersion: "v2", Name: "walk", Version: "1.0.0"},
		Templates: []*common.File{{Name: "templates/walk.yaml", Data: []byte(template)}},
	}
	all, err := util.ToRenderValues(walker, composed.AsMap(), common.ReleaseOptions{}, nil)
	check(err)
	files, err := engine.Render(walker, all)
	check(err)
	_, encoded, _ := strings.Cut(files["walk/templates/walk.yaml"], "walk: ")
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	check(err)
	return string(text)
}

// cluster answers Get from the row's objects.
type cluster struct {
	client.Client
	objects map[string]map[string]string
}

func (c cluster) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	switch typed := into.(type) {
	case *corev1.ConfigMap:
		data, found := c.objects["ConfigMap/"+key.Name]
		if !found {
			return notFound(key)
		}
		typed.Data = data
	case *corev1.Secret:
		data, found := c.objects["Secret/"+key.Name]
		if !found {
			return notFound(key)
		}
		encoded, err := json.Marshal(map[string]any{"data": data})
		check(err)
		check(json.Unmarshal(encoded, typed))
	}
	return nil
}

func notFound(key types.NamespacedName) error {
	return apierrors.NewNotFound(schema.GroupResource{}, key.Name)
}
