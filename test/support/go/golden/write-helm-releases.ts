/** Writes inputs/helm-release.json: what the real helm stores of releases, made in a control plane of its own. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createKubeClient } from '../../../../activities/kube/client.ts';
import { loadKubeAccess } from '../../../../activities/kube/config.ts';
import { ensureTool } from '../../../../tools/build.ts';
import { startControlPlane } from '../../../../tools/control-plane.ts';

const chart = {
  'Chart.yaml': `
apiVersion: v2
name: sampler
version: 1.2.3-rc.1+build.5
appVersion: "2.0 <beta> & more"
description: "Ünïcödé ☃ 😀 <b>&\\u2028\\u2029 \\"quoted\\" \\\\ back\\tslash"
type: application
home: https://example.com/?a=1&b=2
icon: https://example.com/icon.png
kubeVersion: ">=1.20.0-0"
keywords: [a, b]
sources: [https://example.com/source]
maintainers: [{name: Ada, email: ada@example.com}, {name: Grace, url: https://example.com}]
annotations: {z: last, a: first, "é/x": accent, "😀": smile, "\\uffee": half}
deprecated: true
dependencies:
  - name: part
    version: 0.1.0
    repository: ""
    condition: part.enabled
    tags: [front]
    alias: piece
    import-values: [data, {child: exports, parent: imported}]
`,
  'values.yaml': 'part: {enabled: true}\npiece: {}\n',
  'charts/part/Chart.yaml': 'apiVersion: v2\nname: part\nversion: 0.1.0\n',
  'charts/part/values.yaml': 'exports: {data: {x: 1}}\n',
  'templates/NOTES.txt': 'Notes of {{ .Release.Name }}: <a> & "b" {{ .Values.note | default "none" }}\n',
  'templates/configmap.yaml': `
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}"}
data: {values: {{ .Values | toJson | quote }}}
`,
  'templates/hook.yaml': `
apiVersion: v1
kind: ConfigMap
metadata:
  name: "{{ .Release.Name }}-hook"
  annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-weight: "-5", helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"}
`,
  'templates/tests/good.yaml': `
apiVersion: v1
kind: Pod
metadata: {name: "{{ .Release.Name }}-good", annotations: {helm.sh/hook: test}}
spec: {restartPolicy: Never, containers: [{name: a, image: a}]}
`,
  'templates/tests/bad.yaml': `
{{- if .Values.bad }}
apiVersion: v1
kind: Pod
metadata: {name: "{{ .Release.Name }}-bad", annotations: {helm.sh/hook: test, helm.sh/hook-weight: "2"}}
spec: {restartPolicy: Never, containers: [{name: a, image: a, command: ["false"]}]}
{{- end }}
`,
};

const plain = {
  'Chart.yaml': 'apiVersion: v2\nname: plain\nversion: 0.1.0\n',
  'templates/configmap.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\n',
};

/** A chart whose only hook is a pod with a command of the fake node. */
const hooked = (name: string, command: string) => ({
  'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`,
  'templates/pod.yaml': `
apiVersion: v1
kind: Pod
metadata: {name: "{{ .Release.Name }}", annotations: {helm.sh/hook: pre-install}}
spec: {restartPolicy: Never, containers: [{name: a, image: a, command: ${command}}]}
`,
});

const charts = {
  sampler: chart,
  plain,
  broken: hooked('broken', '["false"]'),
  endless: hooked('endless', '[sleep, "600"]'),
};

const values = `
numbers:
  one: 1
  million: 1000000
  half: 0.5
  tenth: 0.1
  big: 12345678901234567890
  odd: 9007199254740993
  max: 9223372036854775807
  huge: 1e21
  nearly: 1e20
  small: 0.000001
  smaller: 0.0000001
  tiny: 5e-324
  largest: 1.7976931348623157e308
  negative: -0.0
  point: 100.0
text: "<script>&amp;</script> \\u2028 \\u2029 \\u0001 \\b \\f \\n \\r \\t \\" \\\\ / ☃ 😀 \\x7f"
note: "50% <off> & more"
empty: ""
nothing: null
yes: true
list: [1, "a", null, [], {}, [{b: 1, a: 2}]]
"😀": smile
"\\uffee": half
"é": accent
__proto__: {polluted: true}
"10": ten
"9": nine
`;

const dir = mkdtempSync(join(tmpdir(), 'pawl-golden-'));
const plane = await startControlPlane({ dir: join(dir, 'kubernetes') });
try {
  for (const [name, files] of Object.entries(charts)) write(name, files);
  writeFileSync(join(dir, 'values.yaml'), values);
  const helm = await helmOf(plane.kubeconfigPath);
  await helm('install', 'named', 'sampler', '-f', 'values.yaml', '--labels', 'team=a', '--server-side=false');
  await helm('test', 'named');
  await helm('upgrade', 'named', 'sampler', '--set', 'bad=true', '--description', 'why <not> & how');
  await helm('test', 'named');
  await helm('rollback', 'named', '1');
  await helm('install', 'plain', 'plain');
  await helm('install', 'failing', 'broken');
  // Killed by the time limit of the child process, long before helm's own.
  await helm('install', 'pending', 'endless');
  await helm('install', 'ended', 'sampler', '--set', 'a=1');
  await helm('uninstall', 'ended', '--keep-history');
  const rows = await readRecords(plane.kubeconfigPath);
  const lines = rows.map((row) => JSON.stringify(row)).join(',\n');
  writeFileSync(
    join(import.meta.dirname, 'inputs/helm-release.json'),
    `{"shared": null, "rows": [\n${lines}\n]}\n`,
  );
} finally {
  await plane.kill();
  rmSync(dir, { recursive: true, force: true });
}

function write(name: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name, path)), { recursive: true });
    writeFileSync(join(dir, name, path), text);
  }
}

/** Runs helm; one that fails has stored what is wanted here all the same. */
async function helmOf(kubeconfig: string): Promise<(...args: string[]) => Promise<void>> {
  const helm = await ensureTool('helm');
  return async (...args) => {
    try {
      const env = { HOME: dir, KUBECONFIG: kubeconfig, TZ: args.includes('plain') ? 'Asia/Kolkata' : 'UTC' };
      execFileSync(helm, args, { cwd: dir, env, stdio: 'pipe', timeout: 5_000, killSignal: 'SIGKILL' });
    } catch (error) {
      console.log(`helm ${args.join(' ')}: ${String((error as { stderr?: unknown }).stderr)}`);
    }
  };
}

async function readRecords(kubeconfig: string): Promise<readonly { name: string; record: string }[]> {
  const kube = createKubeClient(loadKubeAccess({ kubeconfig }));
  const labelSelector = 'owner=helm';
  const { items } = await kube.list({ apiVersion: 'v1', kind: 'Secret', labelSelector });
  await kube.close();
  return items.map((secret) => {
    const { release } = secret['data'] as { readonly release: string };
    const packed = Buffer.from(Buffer.from(release, 'base64').toString(), 'base64');
    return { name: secret.metadata.name, record: gunzipSync(packed).toString() };
  });
}
