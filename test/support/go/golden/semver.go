package main

import (
	"encoding/json"
	"sort"

	"github.com/Masterminds/semver/v3"
	"github.com/fluxcd/pkg/version"
)

type semverInput struct {
	Range    string   `json:"range"`
	Versions []string `json:"-"`
}

type semverRow struct {
	Range   string   `json:"range"`
	Valid   bool     `json:"valid"`
	Matches []string `json:"matches"`
	// Versions that are none.
	Invalid []string `json:"invalid"`
}

// semverCheck checks every version against a range.
func semverCheck(shared, raw json.RawMessage) any {
	input := semverInput{decode[string](raw), decode[[]string](shared)}
	row := semverRow{Range: input.Range, Matches: []string{}, Invalid: []string{}}
	constraint, err := semver.NewConstraint(input.Range)
	row.Valid = err == nil
	for _, text := range input.Versions {
		parsed, err := semver.NewVersion(text)
		switch {
		case err != nil:
			row.Invalid = append(row.Invalid, text)
		case row.Valid && constraint.Check(parsed):
			row.Matches = append(row.Matches, text)
		}
	}
	return row
}

type latestRow struct {
	semverInput
	// Ascending, as Flux sorts git tags before it takes the last one.
	Sorted []string `json:"sorted"`
}

// semverLatest sorts the tags in a range as Flux's git client does.
func semverLatest(shared, raw json.RawMessage) any {
	input := semverInput{decode[string](raw), decode[[]string](shared)}
	constraint, err := semver.NewConstraint(input.Range)
	if err != nil {
		panic(err)
	}
	var versions semver.Collection
	for _, text := range input.Versions {
		if parsed, err := version.ParseVersion(text); err == nil && constraint.Check(parsed) {
			versions = append(versions, parsed)
		}
	}
	sort.Stable(versions)
	row := latestRow{input, []string{}}
	for _, parsed := range versions {
		row.Sorted = append(row.Sorted, parsed.Original())
	}
	return row
}
