import type { KubeObject } from '../../api/kube-object.ts';

/** The workload that kustomize-controller is measured with, too: four small objects, no replicas, one variable. */

export const SOURCE = 'bench';
export const NAMESPACE = 'bench';

const MANIFEST = `apiVersion: v1
kind: ServiceAccount
metadata:
  name: app-\${INDEX}
---
apiVersion: v1
kind: Service
metadata:
  name: app-\${INDEX}
  annotations:
    bench/value: \${VALUE}
spec:
  selector:
    app: app-\${INDEX}
  ports:
    - name: http
      port: 80
      targetPort: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-\${INDEX}
  annotations:
    bench/value: \${VALUE}
spec:
  replicas: 0
  selector:
    matchLabels:
      app: app-\${INDEX}
  template:
    metadata:
      labels:
        app: app-\${INDEX}
      annotations:
        bench/value: \${VALUE}
    spec:
      serviceAccountName: app-\${INDEX}
      containers:
        - name: app
          image: registry.example/app:1.0.0
          ports:
            - name: http
              containerPort: 8080
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: app-\${INDEX}
  annotations:
    bench/value: \${VALUE}
spec:
  rules:
    - host: app-\${INDEX}.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: app-\${INDEX}
                port:
                  name: http
`;

export const FILES = { 'app/app.yaml': MANIFEST };
export const OBJECTS_EACH = 4;

export function gitRepository(url: string): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: SOURCE, namespace: NAMESPACE },
    spec: { url, interval: '1h', ref: { branch: 'main' } },
  };
}

export interface KustomizationInput {
  readonly index: number;
  readonly path?: string;
  readonly substitute?: Readonly<Record<string, string>>;
}

export function kustomization({
  index,
  path = './app',
  substitute = { VALUE: 'a' },
}: KustomizationInput): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: nameOf(index), namespace: NAMESPACE },
    spec: {
      interval: '1h',
      path,
      prune: true,
      wait: true,
      targetNamespace: NAMESPACE,
      sourceRef: { kind: 'GitRepository', name: SOURCE },
      postBuild: { substitute: { INDEX: String(index), ...substitute } },
    },
  };
}

export function nameOf(index: number): string {
  return `app-${String(index).padStart(4, '0')}`;
}

export function targetOf(index: number) {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    namespace: NAMESPACE,
    name: nameOf(index),
  };
}
