package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"pawl.dev/test/golden/update"
)

type messageData struct {
	AutomationObject types.NamespacedName
	Changed          update.Result
	Values           map[string]string
}

type messageShared struct {
	Automation struct{ Namespace, Name string } `json:"automation"`
	Files      []struct {
		Path    string `json:"path"`
		Changes []struct {
			Object struct{ APIVersion, Kind, Name, Namespace string } `json:"object"`
			Change update.Change                                      `json:"change"`
		} `json:"changes"`
	} `json:"files"`
	Values map[string]string `json:"values"`
}

type messageRow struct {
	Template string  `json:"template"`
	Text     *string `json:"text"`
	// The line of an error.
	Line string `json:"line,omitempty"`
}

var errorLine = regexp.MustCompile(`^template: commit message:(\d+):`)

// message renders a template; null stands for an error. What comes out must not depend on the order of a map.
func message(shared, raw json.RawMessage) any {
	row := messageRow{Template: decode[string](raw)}
	data := messageDataOf(decode[messageShared](shared))
	for range 8 {
		text, err := recovered(func() (string, error) { return renderMessage(row.Template, data) })
		if err != nil {
			row.Line = errorLine.FindStringSubmatch(err.Error())[1]
			return row
		}
		text = strings.NewReplacer("\r", "", "\x00", "").Replace(text)
		if row.Text != nil && *row.Text != text {
			panic(fmt.Sprintf("%s: no order", row.Template))
		}
		row.Text = &text
	}
	return row
}

func renderMessage(source string, data messageData) (string, error) {
	parsed, err := template.New("commit message").Funcs(sprig.HermeticTxtFuncMap()).Parse(source)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	err = parsed.Execute(&text, data)
	return text.String(), err
}

func messageDataOf(shared messageShared) messageData {
	data := messageData{
		AutomationObject: types.NamespacedName{Namespace: shared.Automation.Namespace, Name: shared.Automation.Name},
		Changed:          update.Result{FileChanges: map[string]update.ObjectChanges{}},
		Values:           shared.Values,
	}
	for _, file := range shared.Files {
		objects := update.ObjectChanges{}
		for _, change := range file.Changes {
			object := change.Object
			id := update.ObjectIdentifier{ResourceIdentifier: yaml.ResourceIdentifier{
				TypeMeta: yaml.TypeMeta{APIVersion: object.APIVersion, Kind: object.Kind},
				NameMeta: yaml.NameMeta{Name: object.Name, Namespace: object.Namespace},
			}}
			objects[id] = append(objects[id], change.Change)
		}
		data.Changed.FileChanges[file.Path] = objects
	}
	return data
}
