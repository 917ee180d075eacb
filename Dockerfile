# syntax=docker/dockerfile:1.7
# The worker, and the command line with it.

FROM golang:1.26.8-bookworm AS tools
WORKDIR /src/kustomize
COPY tools/kustomize/go.mod tools/kustomize/go.sum ./
RUN CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o /out/kustomize sigs.k8s.io/kustomize/kustomize/v5
WORKDIR /src/helm
COPY tools/helm/go.mod tools/helm/go.sum ./
RUN version=$(go list -m -f '{{.Version}}' helm.sh/helm/v4) \
  && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X helm.sh/helm/v4/internal/version.version=$version" \
    -o /out/helm helm.sh/helm/v4/cmd/helm

FROM node:24.21.0-bookworm-slim AS package
WORKDIR /pawl
COPY package.json package-lock.json ./
# The one script of ours that would run builds the workflow bundle, and needs the sources.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY api api
COPY workflows workflows
COPY activities activities
COPY workers workers
COPY client client
COPY tools tools
COPY deploy/crds deploy/crds
RUN node workers/bundle.ts

FROM node:24.21.0-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git openssh-client tini \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner node --group node /data
COPY --from=tools /out/kustomize /out/helm /usr/local/bin/
COPY --from=package /pawl /pawl
ENV NODE_ENV=production PAWL_DATA_DIR=/data
USER node
VOLUME /data
# Reaps what git leaves behind, and hands on the signals.
ENTRYPOINT ["tini", "--", "node", "/pawl/client/cli/bin.js"]
CMD ["worker"]
