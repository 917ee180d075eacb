import type { ComposedValues } from '../../activities/helm/values/compose.ts';
import type { HelmRelease } from '../../api/helm-release.ts';
import type { Session } from './session.ts';

/** The values of a HelmRelease as it would be released now, read with the rights of whoever asks. */
export async function releaseValues(
  session: Session,
  { metadata, spec }: HelmRelease,
): Promise<ComposedValues> {
  const { namespace } = metadata;
  const [kube, { composeValues }, { readConfig }] = await Promise.all([
    session.kube(),
    import('../../activities/helm/values/compose.ts'),
    import('../../activities/observe/source.ts'),
  ]);
  return composeValues({
    namespace,
    values: spec.values,
    valuesFrom: spec.valuesFrom,
    read: (kind, name) => readConfig(kube, { kind, namespace, name }),
  });
}
