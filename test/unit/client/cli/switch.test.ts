import { Command } from 'commander';
import { afterEach, expect, it, vi } from 'vitest';
import { switchOption } from '../../../../client/cli/switch.ts';
import { workerCommand } from '../../../../workers/command.ts';

afterEach(() => vi.unstubAllEnvs());

function optionsWith(variable: string | undefined, ...argv: readonly string[]): object {
  vi.stubEnv('PAWL_TEST', variable);
  return new Command()
    .addOption(switchOption('--tls', 'PAWL_TEST', 'TLS'))
    .addOption(switchOption('--no-refs', 'PAWL_TEST', 'no references'))
    .parse(argv, { from: 'user' })
    .opts();
}

it.each([
  [undefined, { refs: true }],
  ['', { refs: true }],
  ['true', { tls: true, refs: false }],
  ['1', { tls: true, refs: false }],
  ['Yes', { tls: true, refs: false }],
  ['false', { tls: false, refs: true }],
  ['0', { tls: false, refs: true }],
  ['off', { tls: false, refs: true }],
])('a variable of %j', (variable, options) => {
  expect(optionsWith(variable)).toEqual(options);
});

it('a flag comes before its variable', () => {
  expect(optionsWith('false', '--tls', '--no-refs')).toEqual({ tls: true, refs: false });
});

it('a word that is none is refused', () => {
  expect(() => optionsWith('maybe')).toThrow('invalid PAWL_TEST="maybe": write true or false');
});

it.each([
  ['false', true],
  ['true', false],
])('PAWL_NO_CROSS_NAMESPACE_REFS=%s', (variable, crossNamespaceRefs) => {
  vi.stubEnv('PAWL_NO_CROSS_NAMESPACE_REFS', variable);

  expect(workerCommand().opts()).toMatchObject({ crossNamespaceRefs });
});
