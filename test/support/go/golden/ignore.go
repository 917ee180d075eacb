package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/fluxcd/pkg/sourceignore"
)

type ignoreRow struct {
	Name string `json:"name"`
	// Beside those that all rows share.
	Files []string `json:"files,omitempty"`
	// Contents of .sourceignore files by path.
	IgnoreFiles map[string]string `json:"ignoreFiles,omitempty"`
	SpecIgnore  *string           `json:"specIgnore,omitempty"`
	Kept        []string          `json:"kept"`
}

// ignore lays the tree out on disk and asks the matcher of source-controller's archives about every file.
func ignore(shared, raw json.RawMessage) any {
	row := decode[ignoreRow](raw)
	row.Kept = []string{}
	files := append(decode[[]string](shared), row.Files...)
	root, err := os.MkdirTemp("", "golden")
	check(err)
	defer os.RemoveAll(root)
	for _, file := range files {
		path := filepath.Join(root, file)
		check(os.MkdirAll(filepath.Dir(path), 0o755))
		check(os.WriteFile(path, []byte(row.IgnoreFiles[file]), 0o600))
	}
	domain := strings.Split(root, "/")
	patterns, err := sourceignore.LoadIgnorePatterns(root, domain)
	check(err)
	if row.SpecIgnore != nil {
		patterns = append(patterns, sourceignore.ReadPatterns(strings.NewReader(*row.SpecIgnore), domain)...)
	}
	matcher := sourceignore.NewDefaultMatcher(patterns, domain)
	if len(patterns) > 0 {
		matcher = sourceignore.NewMatcher(append(sourceignore.VCSPatterns(domain), patterns...))
	}
	for _, file := range files {
		if !matcher.Match(strings.Split(filepath.Join(root, file), "/"), false) {
			row.Kept = append(row.Kept, file)
		}
	}
	return row
}
