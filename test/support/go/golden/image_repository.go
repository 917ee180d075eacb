package main

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/adler32"

	"github.com/google/go-containerregistry/pkg/authn/kubernetes"
	"github.com/google/go-containerregistry/pkg/name"
	corev1 "k8s.io/api/core/v1"
)

type imageNameRow struct {
	Image string `json:"image"`
	// Empty for what is no reference.
	Canonical string `json:"canonical"`
	Registry  string `json:"registry"`
	// Http where the registry need not speak TLS.
	Scheme string `json:"scheme"`
	// Also without a tag or a digest it would be none.
	IsBare bool `json:"isBare"`
}

// imageName reads an image as a reference.
func imageName(_, raw json.RawMessage) any {
	row := imageNameRow{Image: decode[string](raw)}
	ref, err := name.ParseReference(row.Image)
	if err != nil {
		return row
	}
	_, err = name.NewRepository(row.Image)
	row.Canonical = ref.Context().String()
	row.Registry = ref.Context().RegistryStr()
	row.Scheme = ref.Context().Scheme()
	row.IsBare = err == nil
	return row
}

type tagsChecksumRow struct {
	Tags     []string `json:"tags"`
	Checksum string   `json:"checksum"`
}

// tagsChecksum is the revision of a scan that found these tags.
func tagsChecksum(_, raw json.RawMessage) any {
	tags := decode[[]string](raw)
	text, err := json.Marshal(tags)
	check(err)
	return tagsChecksumRow{tags, fmt.Sprintf("%v", adler32.Checksum(text))}
}

type pullSecretsRow struct {
	Keys  [][]string `json:"keys"`
	Image string     `json:"image"`
	// Which key gave the credentials, as <secret>/<key>; empty for none.
	Chosen string `json:"chosen"`
}

// pullSecrets chooses credentials for an image from the entries of some secrets.
func pullSecrets(_, raw json.RawMessage) any {
	row := decode[pullSecretsRow](raw)
	secrets := []corev1.Secret{}
	for i, keys := range row.Keys {
		auths := map[string]any{}
		for _, key := range keys {
			auths[key] = map[string]string{"username": fmt.Sprintf("%d/%s", i, key), "password": "password"}
		}
		config, err := json.Marshal(map[string]any{"auths": auths})
		check(err)
		data := map[string][]byte{corev1.DockerConfigJsonKey: config}
		secrets = append(secrets, corev1.Secret{Type: corev1.SecretTypeDockerConfigJson, Data: data})
	}
	keychain, err := kubernetes.NewFromPullSecrets(context.Background(), secrets)
	check(err)
	repository, err := name.NewRepository(row.Image)
	check(err)
	authenticator, err := keychain.Resolve(repository)
	check(err)
	auth, err := authenticator.Authorization()
	check(err)
	row.Chosen = auth.Username
	return row
}
