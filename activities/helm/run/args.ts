import { formatDuration } from '../../../api/duration.ts';
import type { HelmReleaseSpec } from '../../../api/helm-release.ts';
import { operand } from '../../process/operand.ts';
import type { HelmAct } from './act.ts';

/** The name of the one plugin that helm is given. */
export const POST_RENDERER = 'pawl';

const DEFAULT_MAX_HISTORY = 5;

/**
 * Helm's arguments for an act, with what helm-controller's internal/action sets for it. Nothing of the spec is ever
 * an argument by itself: flags carry their value after `=`, names stand behind `--`. Throws OperandError.
 */
export function helmArgs(act: HelmAct, valuesFile: string): readonly string[] {
  const common = [
    `--namespace=${operand(act.releaseNamespace, 'the namespace of the release')}`,
    `--timeout=${formatDuration(act.timeoutMs)}`,
  ];
  const { flags, operands } = ofKind(act, valuesFile);
  const name = operand(act.releaseName, 'the name of the release');
  return [act.kind, ...common, ...flags, '--', name, ...operands];
}

interface KindArgs {
  readonly flags: readonly string[];
  readonly operands: readonly string[];
}

function ofKind(act: HelmAct, valuesFile: string): KindArgs {
  const { spec } = act.object;
  switch (act.kind) {
    case 'install':
      return { flags: [...rendering(act, valuesFile), ...installFlags(spec)], operands: [act.chart] };
    case 'upgrade':
      return {
        flags: [...rendering(act, valuesFile), ...upgradeFlags(spec, act.lastApplied === 'ssa')],
        operands: [act.chart],
      };
    case 'rollback':
      return {
        flags: rollbackFlags(spec, act.lastApplied === 'ssa'),
        operands: [String(act.version)],
      };
    case 'uninstall':
      return { flags: uninstallFlags(spec), operands: [] };
    case 'test':
      return { flags: testFilters(spec), operands: [] };
  }
}

function rendering(
  { sets = [] }: { readonly sets?: readonly string[] },
  valuesFile: string,
): readonly string[] {
  return [
    `--values=${valuesFile}`,
    ...sets.map((set) => `--set=${set}`),
    `--post-renderer=${POST_RENDERER}`,
    // Definitions are applied before, by the policy of the spec.
    '--skip-crds',
    // Nobody reads it; but a table has the values as YAML, and where that has no place for a character helm fails.
    '--output=json',
  ];
}

function installFlags(spec: HelmReleaseSpec): readonly string[] {
  const { install = {} } = spec;
  return [
    ...serverSide(install.serverSideApply ?? true),
    ...validation(install),
    ...waiting(spec, install),
    ...when(install.replace, '--replace'),
    ...when(spec.targetNamespace && install.createNamespace, '--create-namespace'),
  ];
}

function upgradeFlags(spec: HelmReleaseSpec, wasServerSide: boolean): readonly string[] {
  const { upgrade = {} } = spec;
  return [
    ...applied(upgrade, wasServerSide),
    ...validation(upgrade),
    ...waiting(spec, upgrade),
    ...when(upgrade.cleanupOnFail, '--cleanup-on-fail'),
    upgrade.preserveValues ? '--reuse-values' : '--reset-values',
    history(spec),
  ];
}

function rollbackFlags(spec: HelmReleaseSpec, wasServerSide: boolean): readonly string[] {
  const { rollback = {} } = spec;
  return [
    ...applied(rollback, wasServerSide),
    ...waiting(spec, rollback),
    ...when(rollback.cleanupOnFail, '--cleanup-on-fail'),
    history(spec),
  ];
}

function uninstallFlags(spec: HelmReleaseSpec): readonly string[] {
  const { uninstall } = spec;
  return [
    `--wait=${strategy(spec, uninstall?.disableWait)}`,
    ...when(uninstall?.disableHooks, '--no-hooks'),
    ...when(uninstall?.keepHistory, '--keep-history'),
    `--cascade=${uninstall?.deletionPropagation ?? 'background'}`,
  ];
}

/** Quoted as CSV, or a comma would make two filters of one. */
function testFilters({ test }: HelmReleaseSpec): readonly string[] {
  return (test?.filters ?? []).map(({ name, exclude }) => {
    const filter = `${exclude ? '!' : ''}name=${operand(name, 'a name in spec.test.filters')}`;
    return `--filter="${filter.replaceAll('"', '""')}"`;
  });
}

interface Applying {
  readonly serverSideApply?: 'enabled' | 'disabled' | 'auto' | undefined;
  readonly force?: boolean | undefined;
}

/** Helm resolves `auto` itself, but would not force conflicts then, as helm-controller always does. */
function applied({ serverSideApply = 'auto', force }: Applying, wasServerSide: boolean): readonly string[] {
  const isServerSide = serverSideApply === 'auto' ? wasServerSide : serverSideApply === 'enabled';
  return [...serverSide(isServerSide), ...when(force && !isServerSide, '--force-replace')];
}

function serverSide(is: boolean): readonly string[] {
  return [`--server-side=${is}`, ...when(is, '--force-conflicts')];
}

interface Validating {
  readonly disableOpenAPIValidation?: boolean | undefined;
  readonly disableSchemaValidation?: boolean | undefined;
  readonly disableTakeOwnership?: boolean | undefined;
}

function validation(action: Validating): readonly string[] {
  return [
    ...when(!action.disableTakeOwnership, '--take-ownership'),
    ...when(action.disableSchemaValidation, '--skip-schema-validation'),
    ...when(action.disableOpenAPIValidation, '--disable-openapi-validation'),
  ];
}

interface Waiting {
  readonly disableWait?: boolean | undefined;
  readonly disableWaitForJobs?: boolean | undefined;
  readonly disableHooks?: boolean | undefined;
}

function waiting(spec: HelmReleaseSpec, action: Waiting): readonly string[] {
  // Helm knows no expressions for health: where the spec has some, the caller waits.
  const waitsElsewhere = (spec.healthCheckExprs ?? []).length > 0;
  return [
    `--wait=${strategy(spec, action.disableWait || waitsElsewhere)}`,
    ...when(!action.disableWaitForJobs, '--wait-for-jobs'),
    ...when(action.disableHooks, '--no-hooks'),
  ];
}

function strategy({ waitStrategy }: HelmReleaseSpec, isDisabled: boolean | undefined): string {
  if (isDisabled) return 'hookOnly';
  return waitStrategy?.name === 'legacy' ? 'legacy' : 'watcher';
}

function history({ maxHistory }: HelmReleaseSpec): string {
  return `--history-max=${maxHistory ?? DEFAULT_MAX_HISTORY}`;
}

function when(condition: unknown, flag: string): readonly string[] {
  return condition ? [flag] : [];
}
