import type { ComposedValues } from '../../activities/helm/values/compose.ts';
import type { HelmRelease } from '../../api/helm-release.ts';
import type { Session } from './session.ts';

/** The values of a HelmRelease as it would be released now, read with the rights of whoever asks. */
export async function releaseValues(
  session: Session,
  { metadata, spec }: HelmRelease,
): Promise<ComposedValues> {
  const { namespace } = metadata;
  const [kube, { composeValues }] = await Promise.all([
    session.kube(),
    import('../../activities/helm/values/compose.ts'),
  ]);
  return composeValues({
    namespace,
    values: spec.values,
    valuesFrom: spec.valuesFrom,
    async read(kind, name) {
      const object = await kube.get({ apiVersion: 'v1', kind, namespace, name });
      return object && dataOf(object['data'] as Data, kind === 'Secret');
    },
  });
}

type Data = Readonly<Record<string, string>> | undefined;

function dataOf(data: Data = {}, isSecret: boolean): Readonly<Record<string, Buffer | string>> {
  if (!isSecret) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const),
  );
}
