package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/fluxcd/pkg/envsubst"
)

type substituteRow struct {
	Text      string            `json:"text"`
	Variables map[string]string `json:"-"`
	Strict    *string           `json:"strict"`
	Lenient   *string           `json:"lenient"`
}

// substitute evaluates a text with and without strictness; null stands for an error or a panic.
func substitute(shared, raw json.RawMessage) any {
	row := substituteRow{Text: decode[string](raw), Variables: decode[map[string]string](shared)}
	row.Strict = evaluate(row.Text, func(name string) (string, bool) {
		value, exists := row.Variables[name]
		return value, exists
	})
	row.Lenient = evaluate(row.Text, func(name string) (string, bool) { return row.Variables[name], true })
	return row
}

func evaluate(text string, mapping func(string) (string, bool)) *string {
	output, err := recovered(func() (string, error) { return envsubst.Eval(text, mapping) })
	if err != nil {
		return nil
	}
	return &output
}

func recovered(call func() (string, error)) (output string, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = errors.New(fmt.Sprint(cause))
		}
	}()
	return call()
}
