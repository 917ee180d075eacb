module pawl.dev/tools/registry

go 1.25.6

tool github.com/google/go-containerregistry/cmd/registry

require github.com/google/go-containerregistry v0.21.6 // indirect
