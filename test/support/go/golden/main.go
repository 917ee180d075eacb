// Command golden runs inputs through the Go packages that Flux is made of, so that our tests can compare with them.
//
// `go run .` in this directory reads inputs/<format>.json and rewrites the fixtures of test/unit.
// The fixture written.json starts with what our own writer makes: `node write-manifests.ts` renews that, first.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

var formats = []struct {
	name    string
	fixture string
	row     func(shared, raw json.RawMessage) any
}{
	{"drift", "activities/helm/drift/fixtures/drift.json", drift},
	{"duration", "api/fixtures/duration.json", duration},
	{"envsubst", "api/formats/fixtures/envsubst.json", substitute},
	{"event", "activities/notify/fixtures/event.json", event},
	{"ignore", "activities/fetch/fixtures/source-ignore.json", ignore},
	{"image-choice", "activities/image/policy/fixtures/image-choice.json", choose},
	{"image-extract", "activities/image/policy/fixtures/image-extract.json", extract},
	{"image-name", "activities/image/repository/fixtures/image-name.json", imageName},
	{"image-number", "activities/image/policy/fixtures/image-number.json", number},
	{"image-setters", "activities/image/update/fixtures/image-setters.json", imageSetters},
	{"pull-secrets", "activities/fetch/oci/fixtures/pull-secrets.json", pullSecrets},
	{"message", "activities/image/message/fixtures/message.json", message},
	{"regexp", "api/formats/fixtures/regexp.json", match},
	{"semver", "api/formats/fixtures/semver.json", semverCheck},
	{"semver-latest", "api/formats/fixtures/semver-latest.json", semverLatest},
	{"set-metadata", "activities/helm/post-render/fixtures/set-metadata.json", setMetadata},
	{"spec-digests", "activities/helm/post-render/fixtures/spec-digests.json", specDigests},
	{"tags-checksum", "activities/image/repository/fixtures/tags-checksum.json", tagsChecksum},
	{"values", "activities/helm/values/fixtures/values.json", values},
	{"written", "api/formats/fixtures/written.json", written},
	{"yaml", "api/formats/fixtures/yaml.json", yamlToJSON},
}

// table is the form of inputs and fixtures: what all rows have in common, and the rows.
type table struct {
	Shared json.RawMessage   `json:"shared"`
	Rows   []json.RawMessage `json:"rows"`
}

func main() {
	for _, format := range formats {
		path := filepath.Join("..", "..", "..", "unit", format.fixture)
		source := filepath.Join("inputs", format.name+".json")
		if format.name == "written" {
			source = path
		}
		text, err := os.ReadFile(source)
		check(err)
		input := decode[table](text)
		check(os.MkdirAll(filepath.Dir(path), 0o755))
		check(os.WriteFile(path, encode(input, format.row), 0o644))
	}
}

// encode writes one row a line, which keeps the differences of fixtures readable.
func encode(input table, row func(shared, raw json.RawMessage) any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	buffer.WriteString("{\"shared\": ")
	check(encoder.Encode(input.Shared))
	buffer.WriteString(",\"rows\": [\n")
	for i, raw := range input.Rows {
		if i > 0 {
			buffer.WriteString(",")
		}
		check(encoder.Encode(row(input.Shared, raw)))
	}
	buffer.WriteString("]}\n")
	return buffer.Bytes()
}

func decode[T any](input json.RawMessage) T {
	var value T
	if err := json.Unmarshal(input, &value); err != nil {
		panic(fmt.Sprintf("%s: %v", input, err))
	}
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
