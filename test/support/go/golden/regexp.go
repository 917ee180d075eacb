package main

import (
	"encoding/json"
	"regexp"
)

type matchRow struct {
	Pattern string   `json:"pattern"`
	Texts   []string `json:"-"`
	Valid   bool     `json:"valid"`
	Found   []string `json:"found"`
	// Texts that match as a whole, as kustomize anchors selectors.
	Whole []string `json:"whole"`
}

func match(shared, raw json.RawMessage) any {
	row := matchRow{Pattern: decode[string](raw), Texts: decode[[]string](shared)}
	row.Found, row.Whole = []string{}, []string{}
	expression, err := regexp.Compile(row.Pattern)
	row.Valid = err == nil
	if !row.Valid {
		return row
	}
	anchored := regexp.MustCompile("^(?:" + row.Pattern + ")$")
	for _, text := range row.Texts {
		if expression.MatchString(text) {
			row.Found = append(row.Found, text)
		}
		if row.Pattern == "" || anchored.MatchString(text) {
			row.Whole = append(row.Whole, text)
		}
	}
	return row
}
