package main

import (
	"encoding/json"
	"strconv"
	"time"
)

type durationRow struct {
	Text string `json:"text"`
	// Nanoseconds as text, since JSON readers round; absent when the text is no duration.
	Nanoseconds *string `json:"nanoseconds,omitempty"`
	Formatted   string  `json:"formatted,omitempty"`
}

func duration(_, raw json.RawMessage) any {
	row := durationRow{Text: decode[string](raw)}
	if parsed, err := time.ParseDuration(row.Text); err == nil {
		text := strconv.FormatInt(int64(parsed), 10)
		row.Nanoseconds = &text
		row.Formatted = parsed.String()
	}
	return row
}
