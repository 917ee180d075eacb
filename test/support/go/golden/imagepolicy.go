package main

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"sort"
	"strconv"

	"github.com/Masterminds/semver/v3"
	"github.com/fluxcd/pkg/version"
)

type extractRow struct {
	Pattern string `json:"pattern"`
	Extract string `json:"extract"`
	Valid   bool   `json:"valid"`
	// What each tag is expanded to; null for one that does not match.
	Texts []*string `json:"texts"`
}

// extract expands a template with the groups of every tag that matches a pattern.
func extract(shared, raw json.RawMessage) any {
	row := decode[extractRow](raw)
	row.Texts = []*string{}
	expression, err := regexp.Compile(row.Pattern)
	if row.Valid = err == nil; !row.Valid {
		return row
	}
	for _, tag := range decode[[]string](shared) {
		row.Texts = append(row.Texts, expand(expression, row.Extract, tag))
	}
	return row
}

func expand(expression *regexp.Regexp, template, tag string) *string {
	groups := expression.FindStringSubmatchIndex(tag)
	if groups == nil {
		return nil
	}
	if template != "" {
		tag = string(expression.ExpandString(nil, template, tag, groups))
	}
	return &tag
}

type numberRow struct {
	Text string `json:"text"`
	// The bits of the float64 as hexadecimal digits; null when the text is no number.
	Bits *string `json:"bits"`
}

func number(_, raw json.RawMessage) any {
	row := numberRow{Text: decode[string](raw)}
	if value, err := strconv.ParseFloat(row.Text, 64); err == nil {
		bits := fmt.Sprintf("%016x", math.Float64bits(value))
		row.Bits = &bits
	}
	return row
}

type choiceRow struct {
	List   string `json:"list"`
	Policy string `json:"policy"`
	// A range, or the order.
	Argument string `json:"argument"`
	// Empty when nothing can be chosen.
	Latest string `json:"latest"`
	// What is wrong with a range.
	Error string `json:"error,omitempty"`
}

// choose takes the latest of a list that is ordered downwards, by the packages that image policies are made of.
func choose(shared, raw json.RawMessage) any {
	row := decode[choiceRow](raw)
	tags := decode[map[string][]string](shared)[row.List]
	sort.Sort(sort.Reverse(sort.StringSlice(tags)))
	switch row.Policy {
	case "semver":
		row.Latest, row.Error = latestVersion(tags, row.Argument)
	case "alphabetical":
		row.Latest = tags[0]
		if row.Argument == "desc" {
			row.Latest = tags[len(tags)-1]
		}
	case "numerical":
		row.Latest = latestNumber(tags, row.Argument == "desc")
	}
	return row
}

func latestVersion(tags []string, text string) (string, string) {
	constraint, err := semver.NewConstraint(text)
	if err != nil {
		return "", err.Error()
	}
	var latest *semver.Version
	for _, tag := range tags {
		parsed, err := version.ParseVersion(tag)
		if err == nil && constraint.Check(parsed) && (latest == nil || parsed.GreaterThan(latest)) {
			latest = parsed
		}
	}
	if latest == nil {
		return "", ""
	}
	return latest.Original(), ""
}

func latestNumber(tags []string, descending bool) string {
	var latest string
	var best float64
	for i, tag := range tags {
		value, err := strconv.ParseFloat(tag, 64)
		if err != nil {
			return ""
		}
		if behind := descending && value > best || !descending && value < best; i == 0 || !behind {
			latest, best = tag, value
		}
	}
	return latest
}
