import type { HelmRelease } from '../../api/helm-release.ts';
import { Reason } from '../../api/reasons.ts';
import { stalled } from '../failures.ts';
import { durationField } from '../observe/object.ts';

/**
 * Throws Stalled/InvalidSpec where the schema lets through what no duration can hold, or what is no name of a release or
 * a namespace: before a release that runs is taken down for one that can never be made.
 */
export function checkSpec({ spec }: Pick<HelmRelease, 'spec'>): void {
  for (const [field, text] of Object.entries(durationsOf(spec))) {
    if (text !== undefined) durationField(field, text);
  }
  if (spec.releaseName !== undefined && !RELEASE_NAME.test(spec.releaseName))
    throw badName('releaseName', spec.releaseName, 'a release: lower-case letters, digits, "-" and "."');
  for (const field of ['targetNamespace', 'storageNamespace'] as const) {
    const name = spec[field];
    if (name !== undefined && !NAMESPACE.test(name))
      throw badName(field, name, 'a namespace: lower-case letters, digits and "-"');
  }
}

const NAMESPACE = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
// What helm takes; the schema has its longest length.
const RELEASE_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function badName(field: string, name: string, what: string): Error {
  const message = `spec.${field}: ${JSON.stringify(name)} is no name of ${what} that begin and end with a letter or digit; correct the field`;
  return stalled(Reason.InvalidSpec, message);
}

function durationsOf(spec: HelmRelease['spec']): Readonly<Record<string, string | undefined>> {
  const { interval, timeout, install, upgrade, test, rollback, uninstall, chart } = spec;
  return {
    interval,
    timeout,
    'install.timeout': install?.timeout,
    'install.strategy.retryInterval': install?.strategy?.retryInterval,
    'upgrade.timeout': upgrade?.timeout,
    'upgrade.strategy.retryInterval': upgrade?.strategy?.retryInterval,
    'test.timeout': test?.timeout,
    'rollback.timeout': rollback?.timeout,
    'uninstall.timeout': uninstall?.timeout,
    'chart.spec.interval': chart?.spec.interval || undefined,
  };
}
