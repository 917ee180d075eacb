import type { KubeObject, Metadata } from '../../api/kube-object.ts';
import { Annotation } from '../../api/names.ts';
import type { Owner } from './contract.ts';
import { ownerLabels } from './ownership.ts';
import { isRecord, type Pointer, valueAt, withValue } from './pointer.ts';

// What servers and kubectl write into objects, and people export with them: in an apply they are errors or noise.
const NOT_SENT = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/**
 * The object as it is sent: with the owner's labels, without status and what only a server may write, and in the
 * spelling that servers keep (fluxcd/pkg ssa/normalize: Secret `stringData`, the default protocol of ports).
 * A cluster-scoped object loses its namespace.
 */
export function prepare(object: KubeObject, owner: Owner, namespaced: boolean): KubeObject {
  const labels = { ...object.metadata.labels, ...ownerLabels(owner) };
  return normalized({ ...object, metadata: { ...object.metadata, labels } }, namespaced);
}

/** The same without labels of an owner. */
export function normalized(object: KubeObject, namespaced: boolean): KubeObject {
  const { status: _, ...rest } = object;
  const metadata = preparedMetadata(object.metadata, namespaced);
  return withDefaultProtocols(withEncodedStrings({ ...rest, metadata }));
}

function preparedMetadata(metadata: Metadata, namespaced: boolean): Metadata {
  const sent: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(metadata)) if (!NOT_SENT.has(key)) sent[key] = value;
  if (!namespaced) delete sent['namespace'];
  if (metadata.annotations?.[Annotation.lastApplied] !== undefined) {
    const { [Annotation.lastApplied]: _, ...annotations } = metadata.annotations;
    sent['annotations'] = annotations;
  }
  return { ...sent, name: metadata.name };
}

// The server keeps `data` only: as `stringData` every pass would look like a change.
function withEncodedStrings(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1' || !isRecord(stringData)) return object;
  // A wrong type is the server's to name.
  if (Object.values(stringData).some((value) => typeof value !== 'string')) return object;
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  return { ...rest, data: { ...(rest['data'] as object | undefined), ...Object.fromEntries(encoded) } };
}

const POD_SPECS: Readonly<Record<string, Pointer>> = {
  'v1/Pod': ['spec'],
  'apps/v1/Deployment': ['spec', 'template', 'spec'],
  'apps/v1/StatefulSet': ['spec', 'template', 'spec'],
  'apps/v1/DaemonSet': ['spec', 'template', 'spec'],
  'apps/v1/ReplicaSet': ['spec', 'template', 'spec'],
  'batch/v1/Job': ['spec', 'template', 'spec'],
  'batch/v1/CronJob': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

// The protocol is part of a port's identity in a merge.
function withDefaultProtocols(object: KubeObject): KubeObject {
  if (object.kind === 'Service' && object.apiVersion === 'v1')
    return withProtocolsAt(object, ['spec', 'ports']);
  const podSpec = POD_SPECS[`${object.apiVersion}/${object.kind}`];
  if (!podSpec) return object;
  const containers = valueAt(object, [...podSpec, 'containers']);
  if (!Array.isArray(containers)) return object;
  return containers.reduce<KubeObject>(
    (result, _container, i) => withProtocolsAt(result, [...podSpec, 'containers', String(i), 'ports']),
    object,
  );
}

function withProtocolsAt(object: KubeObject, path: Pointer): KubeObject {
  const ports = valueAt(object, path);
  if (!Array.isArray(ports) || ports.every((port) => !isRecord(port) || port['protocol'])) return object;
  const complete = ports.map((port: unknown) =>
    isRecord(port) && !port['protocol'] ? { ...port, protocol: 'TCP' } : port,
  );
  return withValue(object, path, complete);
}
