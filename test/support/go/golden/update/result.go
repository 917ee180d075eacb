// Package update has the types that templates of commit messages see, in the shape and under the names of Flux's.
package update

import "sigs.k8s.io/kustomize/kyaml/yaml"

type ObjectIdentifier struct{ yaml.ResourceIdentifier }

type Change struct{ OldValue, NewValue, Setter string }

type ObjectChanges map[ObjectIdentifier][]Change

type Result struct{ FileChanges map[string]ObjectChanges }

// Changes are all changes, each once.
func (r Result) Changes() []Change {
	var all []Change
	known := map[Change]bool{}
	for _, objects := range r.FileChanges {
		for _, changes := range objects {
			for _, change := range changes {
				if !known[change] {
					all = append(all, change)
				}
				known[change] = true
			}
		}
	}
	return all
}

// Objects are the changes by object, whatever file they are in.
func (r Result) Objects() ObjectChanges {
	all := ObjectChanges{}
	for _, objects := range r.FileChanges {
		for object, changes := range objects {
			all[object] = append(all[object], changes...)
		}
	}
	return all
}
