import { CelError, type CelInput, compileCel, compileCelValue } from '../../../api/formats/cel.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ReceiverSpec } from '../../../api/receiver.ts';
import { stalled } from '../../failures.ts';

type Provider = NonNullable<ReceiverSpec['oidcProviders']>[number];
type Condition = (input: CelInput) => boolean;

/** What says of a token whether it may, beyond that it is real. */
export interface ClaimRules {
  readonly variables: readonly { readonly name: string; readonly value: (input: CelInput) => unknown }[];
  readonly validations: readonly { readonly holds: Condition; readonly message: string }[];
}

export interface ReceiverExpressions {
  /** By the index of the resource: all that have to hold for an object of it. */
  readonly filters: readonly (readonly Condition[])[];
  /** By issuer. */
  readonly rules: ReadonlyMap<string, ClaimRules>;
}

// What they look at is as large as a sender makes it.
const STRICT = { isStrict: true };
const PREFIX = 'Reconciliation failed terminally due to configuration error';

/**
 * Compiles what a spec has of CEL. Throws InvalidCELExpression and ValidationFailed (stalled), worded as
 * notification-controller's `internal/controller/receiver_controller.go` does.
 */
export function compileReceiver(spec: ReceiverSpec): ReceiverExpressions {
  const filters = compileFilters(spec);
  assertProviders(spec);
  const rules = (spec.oidcProviders ?? []).map((provider, index) => {
    const what = `oidcProviders[${index}] (issuerURL=${JSON.stringify(provider.issuerURL)})`;
    return [provider.issuerURL, claimRules(provider, what)] as const;
  });
  return { filters, rules: new Map(rules) };
}

function compileFilters({ type, resources, resourceFilter }: ReceiverSpec): ReceiverExpressions['filters'] {
  const variables = type === 'generic-oidc' ? ['res', 'req', 'claims'] : ['res', 'req'];
  const filter = (what: string, text: string | undefined) =>
    text ? [orStalled(`invalid ${what}`, () => compileCel(text, variables, STRICT))] : [];
  const all = filter('resourceFilter expression', resourceFilter);
  return resources.map(({ kind, name, filter: own }, index) => {
    const which = `resources[${index}] (kind=${JSON.stringify(kind)}, name=${JSON.stringify(name)})`;
    return [...all, ...filter(`filter expression for ${which}`, own)];
  });
}

function claimRules({ variables = [], validations }: Provider, what: string): ClaimRules {
  const names = ['claims', 'vars'];
  const of = <T>(kind: string, name: string, compile: () => T) =>
    orStalled(`${what}: invalid expression for ${kind} ${JSON.stringify(name)}`, compile);
  return {
    variables: variables.map(({ name, expression }) => ({
      name,
      value: of('variable', name, () => compileCelValue(expression, names, STRICT)),
    })),
    validations: validations.map(({ expression, message }) => ({
      holds: of('validation', message, () => compileCel(expression, names, STRICT)),
      message,
    })),
  };
}

/** What the CRD's own rules say, for an API server that did not ask them, and what they cannot say. */
function assertProviders({ type, oidcProviders = [], secretRef }: ReceiverSpec): void {
  const isOidc = type === 'generic-oidc';
  if (isOidc && oidcProviders.length === 0)
    throw invalid('generic-oidc receiver requires at least one oidcProvider');
  if (!isOidc && oidcProviders.length > 0)
    throw invalid('oidcProviders can only be set when type is generic-oidc');
  if (isOidc && secretRef) throw invalid('secretRef cannot be set when type is generic-oidc');
  if (!isOidc && !secretRef) throw invalid('secretRef is required when type is not generic-oidc');
  const issuers = oidcProviders.map(({ issuerURL }) => issuerURL);
  const twice = issuers.findIndex((issuer, index) => issuers.indexOf(issuer) < index);
  if (twice >= 0)
    throw invalid(`oidcProviders[${twice}]: duplicate issuerURL ${JSON.stringify(issuers[twice])}`);
}

function invalid(why: string): Error {
  return stalled(Reason.ValidationFailed, `${PREFIX}: ${why}`);
}

function orStalled<T>(what: string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw stalled(Reason.InvalidCELExpression, `${PREFIX}: ${what}: ${error.message}`);
  }
}
