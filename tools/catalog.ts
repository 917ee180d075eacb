import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The programs Pawl starts itself. */
export const TOOL_NAMES = [
  'temporal',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'kustomize',
  'helm',
  'oci-registry',
] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

/** What is needed to find, accept or build one tool. */
export interface Tool {
  /** The folder beside this file with the go.mod that pins it. */
  readonly module: string;
  /** The module in that go.mod whose version is the tool's. */
  readonly requires: string;
  /** The main package. */
  readonly package: string;
  /** The oldest version that is accepted when the tool is found on the machine rather than built. */
  readonly minimum: string;
  /** Prints the version. */
  readonly versionArgs: readonly string[];
  /** Finds it, as its first group, in what was printed. */
  readonly versionPattern: RegExp;
  readonly stamp: (version: string) => readonly string[];
}

const plain = /v?(\d+\.\d+\.\d+)/;
const unstamped = (): readonly string[] => [];

function kubernetes(command: string): Tool {
  return {
    module: 'kubernetes',
    requires: 'k8s.io/kubernetes',
    package: `k8s.io/kubernetes/cmd/${command}`,
    // Of the pinned minor version at least: a controller manager or scheduler newer than its API server is not supported.
    minimum: '1.36.0',
    versionArgs: ['--version'],
    versionPattern: plain,
    stamp: stampKubernetes,
  };
}

/** Every tool. Minimum versions are those the engine was tried with or whose flags and output it needs. */
export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  temporal: {
    module: 'temporal',
    requires: 'github.com/temporalio/cli',
    package: 'github.com/temporalio/cli/cmd/temporal',
    // The server inside, not the CLI around it.
    minimum: '1.29.0',
    versionArgs: ['--version'],
    versionPattern: /Server (\d+\.\d+\.\d+)/,
    stamp: (version) => [`github.com/temporalio/cli/temporalcli.Version=${version.replace(/^v/, '')}`],
  },
  etcd: {
    module: 'etcd',
    requires: 'go.etcd.io/etcd/server/v3',
    package: 'go.etcd.io/etcd/server/v3',
    minimum: '3.5.0',
    versionArgs: ['--version'],
    versionPattern: plain,
    stamp: unstamped,
  },
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  kwok: {
    module: 'kwok',
    requires: 'sigs.k8s.io/kwok',
    package: 'sigs.k8s.io/kwok/cmd/kwok',
    minimum: '0.7.0',
    versionArgs: ['--version'],
    versionPattern: plain,
    stamp: unstamped,
  },
  kustomize: {
    module: 'kustomize',
    requires: 'sigs.k8s.io/kustomize/kustomize/v5',
    package: 'sigs.k8s.io/kustomize/kustomize/v5',
    minimum: '5.8.0',
    versionArgs: ['version'],
    versionPattern: plain,
    stamp: unstamped,
  },
  helm: {
    module: 'helm',
    requires: 'helm.sh/helm/v4',
    package: 'helm.sh/helm/v4/cmd/helm',
    // Below it a chart's name may lead its files out of the directory (CVE-2026-35206).
    minimum: '4.1.4',
    versionArgs: ['version', '--template', '{{.Version}}'],
    versionPattern: plain,
    // Without it helm knows its minor version only, and notes that in each release.
    stamp: (version) => [`helm.sh/helm/v4/internal/version.version=${version}`],
  },
  'oci-registry': {
    module: 'registry',
    requires: 'github.com/google/go-containerregistry',
    package: 'github.com/google/go-containerregistry/cmd/registry',
    minimum: '0.21.0',
    // It does not know its version: only one that was built here is taken.
    versionArgs: ['-h'],
    versionPattern: /(?!)/,
    stamp: unstamped,
  },
};

// Without it an API server reports v0.0.0, and clients that compare versions refuse to talk to it.
function stampKubernetes(version: string): readonly string[] {
  const [major, minor] = version.replace(/^v/, '').split('.');
  const variable = 'k8s.io/component-base/version';
  return [
    `${variable}.gitVersion=${version}`,
    `${variable}.gitMajor=${major ?? ''}`,
    `${variable}.gitMinor=${minor ?? ''}`,
  ];
}

/** The folder with the tool's go.mod, in a checkout and in an installed or compiled package; throws when there is none. */
export function moduleFolder(tool: Tool): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    for (const candidate of [join(folder, tool.module), join(folder, 'tools', tool.module)]) {
      if (existsSync(join(candidate, 'go.mod'))) return candidate;
    }
    if (folder === dirname(folder)) {
      throw new Error(`the package has no tools/${tool.module}/go.mod: install it again`);
    }
  }
}

/** The pinned version, such as `v1.36.3`, as the go.mod says. */
export function pinnedVersion(tool: Tool): string {
  const file = join(moduleFolder(tool), 'go.mod');
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .map((text) => text.trim().replace(/^require\s+/, ''))
    .find((text) => text.startsWith(`${tool.requires} v`));
  const version = line?.split(/\s+/)[1];
  if (!version) throw new Error(`${file} does not require ${tool.requires}`);
  return version;
}
