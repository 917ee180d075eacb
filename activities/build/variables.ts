import type { KubeObject } from '../../api/kube-object.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import { Reason } from '../../api/reasons.ts';
import { failed, messageOf, transient } from '../failures.ts';
import type { KubeClient } from '../kube/client.ts';
import { isTransient } from '../kube/errors.ts';
import { rememberSecret } from '../redact.ts';
import { buildFailed } from './build-failed.ts';

type PostBuild = NonNullable<Kustomization['spec']['postBuild']>;
type Reference = NonNullable<PostBuild['substituteFrom']>[number];

const NAME = /^[_A-Za-z][_A-Za-z0-9]*$/;

/**
 * The variables of a Kustomization's `postBuild`: those of `substituteFrom`, in the object's own namespace and
 * later ones winning, then `substitute`. Line feeds are dropped, as Flux does. Undefined without `postBuild`.
 * Throws BuildFailed, a passing one when the API server is the reason.
 */
export async function loadVariables(
  kube: Pick<KubeClient, 'get'>,
  kustomization: Kustomization,
): Promise<Record<string, string> | undefined> {
  const { postBuild } = kustomization.spec;
  if (!postBuild) return undefined;
  const variables = new Map<string, string>();
  for (const reference of postBuild.substituteFrom ?? []) {
    const values = await loadReference(kube, kustomization.metadata.namespace, reference);
    for (const [name, value] of Object.entries(values)) take(name, value);
  }
  for (const [name, value] of Object.entries(postBuild.substitute ?? {})) take(name, value);
  return Object.fromEntries(variables);

  function take(name: string, value: string): void {
    if (!NAME.test(name))
      throw buildFailed(`'${name}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'`);
    variables.set(name, value.replaceAll('\n', ''));
  }
}

async function loadReference(
  kube: Pick<KubeClient, 'get'>,
  namespace: string,
  { kind, name, optional }: Reference,
): Promise<Readonly<Record<string, string>>> {
  const object = await kube.get({ apiVersion: 'v1', kind, namespace, name }).catch((error: unknown) => {
    const make = isTransient(error) ? transient : failed;
    throw make(Reason.BuildFailed, `substitute from '${kind}/${name}' error: ${messageOf(error)}`);
  });
  if (!object) {
    if (optional) return {};
    throw buildFailed(`substitute from '${kind}/${name}' error: it is not in the namespace ${namespace}`, {
      object: `${kind}/${namespace}/${name}`,
    });
  }
  const data = (object['data'] ?? {}) as Readonly<Record<string, string>>;
  return kind === 'Secret' ? secretValues(data) : data;
}

function secretValues(data: KubeObject['metadata']['labels']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([name, encoded]) => {
      const value = Buffer.from(encoded, 'base64').toString('utf8');
      // Errors may quote the substituted text, which has it without line feeds.
      for (const form of [value, value.replaceAll('\n', '')]) rememberSecret(form);
      return [name, value];
    }),
  );
}
