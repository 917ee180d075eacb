// Writes test/unit/activities/build/fixtures/go-scalars.json: how sigs.k8s.io/yaml writes strings, and what
// is read back once ${X} in that text is replaced. Run it where the library is pinned:
//
//	cd tools/kustomize && go run ../../test/support/go/yaml-scalars.go > ../../test/unit/activities/build/fixtures/go-scalars.json
package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"sigs.k8s.io/yaml"
)

// What one string becomes, in one place: by value, `[result]`, or `[]` when it cannot be read.
type row struct {
	Place string `json:"place"`
	Text  string `json:"text"`
	// The YAML document that the string is written in.
	Yaml    string              `json:"yaml"`
	Results [][]json.RawMessage `json:"results"`
}

var texts = []string{
	"${X}", "a-${X}", "${X}-b", "a: ${X}", "a ${X}: b", "${X}:", "# ${X}", "a #${X}", "a # ${X}", "'${X}'",
	"\"${X}\"", "[${X}]", "{a: ${X}}", "- ${X}", "-${X}", "? ${X}", "?${X}", ":${X}", "&${X}", "*${X}", "!${X}",
	"|${X}", ">${X}", "%${X}", "@${X}", "`${X}`", ",${X}", "]${X}", "}${X}", " ${X}", "${X} ", "\t${X}", "a\t${X}",
	"12${X}", "0x${X}", "1:${X}", "2020-01-${X}", "${X}\n", "a\n${X}\n", "a\n${X}", "a\n\n${X}\n\n", "\n${X}", " a\n${X}",
	"a \n${X}", "a\n b ${X}\n", "a${X}\n  \nb", "é ${X}", "😀 ${X}", "\u00a0${X}",
	"\\${X}", "a\\n${X}", "it's ${X}", "say \"${X}\"", "---${X}", "...${X}", "a${X}, b", "http://${X}/x?y=z#f",
	"http://${X}:80", "~${X}", "<<${X}", "=${X}", "a\r${X}", "$(${X})", "\x01${X}", "a: ${X}\nb: c\n", "#!/bin/sh\necho ${X}\n",
	"${X}\nrest\n", "- ${X}\n- b\n", "a\n${X}\n\n\n", "aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbb cccccccccccccccccccccccccccccc dddddddddddd ${X} eeeeeeeeeeeeeee",
}

var values = []string{
	"", "x", "3", "0644", "1.5", "1e3", "true", "yes", "no", "null", "~", "a b", "a: b", "[a, b]", "{a: b}", "'q'", "\"q\"", "it's",
	"say \"q\"", "# c", "a # c", "- a", " lead", "trail ", "12:30", "2020-01-01", "9007199254740993", "18446744073709551615", "*x",
	"&x y", "!!str 3", "|", "\\", "%", "@", "é", "😀", "a,b", ":", "a:", "0x1F", "+1", ".5", "1_000", "-", "=", "<<", "a\tb",
}

func main() {
	encode(values, "{\"values\":")
	for index, text := range texts {
		encode(rowOf(text, "value"), map[bool]string{true: ",\"rows\":[", false: ","}[index == 0])
		encode(rowOf(text, "item"), ",")
		if !strings.Contains(text, "\n") {
			encode(rowOf(text, "key"), ",")
		}
	}
	fmt.Println("]}")
}

func encode(value any, before string) {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s%s\n", before, encoded)
}

func rowOf(text, place string) row {
	object := map[string]any{
		"value": map[string]any{"v": text},
		"item":  []any{text},
		"key":   map[string]any{text: 0},
	}[place]
	asJSON, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	written, err := yaml.JSONToYAML(asJSON)
	if err != nil {
		// It reads JSON as YAML, and cannot read every string.
		return row{Place: place, Text: text}
	}
	line := row{Place: place, Text: text, Yaml: string(written)}
	for _, value := range values {
		result, err := yaml.YAMLToJSON([]byte(strings.ReplaceAll(string(written), "${X}", value)))
		if err != nil || !json.Valid(result) {
			line.Results = append(line.Results, []json.RawMessage{})
			continue
		}
		line.Results = append(line.Results, []json.RawMessage{result})
	}
	return line
}
