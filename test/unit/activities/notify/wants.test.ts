import { describe, expect, it } from 'vitest';
import type { FluxEvent } from '../../../../activities/notify/event.ts';
import { endsFailures, matchesSources, typeTakes } from '../../../../activities/notify/wants.ts';
import type { AlertSpec } from '../../../../api/alert.ts';
import type { ProviderType } from '../../../../api/provider.ts';
import { alertOf, NOTIFIED } from '../../../support/notified.ts';

const GROUP = 'kustomize.toolkit.fluxcd.io';
const UPDATE = { [`${GROUP}/commit_status`]: 'update' };
const COMMIT = { 'event.toolkit.fluxcd.io/commit': 'abc' };
const CHANGE = { 'event.toolkit.fluxcd.io/change_request': '7' };

describe('sources', () => {
  it.each<{
    readonly name: string;
    readonly spec: Partial<AlertSpec>;
    readonly event?: Partial<FluxEvent>;
    readonly matches: boolean;
  }>([
    { name: 'none', spec: {}, matches: false },
    {
      name: 'kind and name',
      spec: { eventSources: [{ kind: 'Kustomization', name: 'web' }] },
      matches: true,
    },
    { name: 'another name', spec: { eventSources: [{ kind: 'Kustomization', name: 'db' }] }, matches: false },
    { name: 'another kind', spec: { eventSources: [{ kind: 'HelmRelease', name: 'web' }] }, matches: false },
    { name: 'all of a kind', spec: { eventSources: [{ kind: 'Kustomization', name: '*' }] }, matches: true },
    {
      name: 'another namespace',
      spec: { eventSources: [{ kind: 'Kustomization', name: '*', namespace: 'x' }] },
      matches: false,
    },
    {
      name: 'the second of two',
      spec: {
        eventSources: [
          { kind: 'HelmRelease', name: '*' },
          { kind: 'Kustomization', name: '*', namespace: 'apps' },
        ],
      },
      matches: true,
    },
    {
      name: 'labels that it has',
      spec: { eventSources: [{ kind: 'Kustomization', name: '*', matchLabels: { team: 'a' } }] },
      matches: true,
    },
    {
      name: 'labels of which it lacks one',
      spec: { eventSources: [{ kind: 'Kustomization', name: '*', matchLabels: { team: 'a', tier: 'b' } }] },
      matches: false,
    },
    {
      name: 'errors only',
      spec: { eventSeverity: 'error', eventSources: [{ kind: 'Kustomization', name: '*' }] },
      matches: false,
    },
    {
      name: 'errors only, of an error',
      spec: { eventSeverity: 'error', eventSources: [{ kind: 'Kustomization', name: '*' }] },
      event: { severity: 'error' },
      matches: true,
    },
  ])('$name: $matches', ({ spec, event, matches }) => {
    expect(matchesSources(alertOf(spec), { ...NOTIFIED, ...event }, { team: 'a' })).toBe(matches);
  });
});

describe('types', () => {
  const chat: ProviderType = 'slack';
  it.each<{ readonly type: ProviderType; readonly event: Partial<FluxEvent>; readonly takes: boolean }>([
    { type: chat, event: {}, takes: true },
    { type: chat, event: { metadata: UPDATE }, takes: false },
    { type: 'generic', event: { metadata: UPDATE }, takes: true },
    { type: 'generic-hmac', event: { metadata: UPDATE }, takes: true },
    { type: 'github', event: { metadata: UPDATE }, takes: true },
    { type: 'github', event: {}, takes: false },
    { type: 'github', event: { metadata: COMMIT }, takes: true },
    { type: 'azuredevops', event: { severity: 'error' }, takes: true },
    { type: 'gitlab', event: { severity: 'error', reason: 'Contested', metadata: COMMIT }, takes: false },
    { type: 'github', event: { severity: 'error', reason: 'LFSPointers' }, takes: false },
    { type: chat, event: { severity: 'error', reason: 'Contested' }, takes: true },
    { type: 'githubdispatch', event: { metadata: UPDATE }, takes: false },
    { type: 'githubpullrequestcomment', event: {}, takes: false },
    { type: 'githubpullrequestcomment', event: { metadata: CHANGE }, takes: true },
    { type: 'giteapullrequestcomment', event: { severity: 'error' }, takes: false },
    { type: 'gitlabmergerequestcomment', event: { metadata: { ...CHANGE, ...UPDATE } }, takes: false },
  ])('$type of $event: $takes', ({ type, event, takes }) => {
    expect(typeTakes(type, { ...NOTIFIED, ...event })).toBe(takes);
  });
});

it.each<{ readonly reason: string; readonly severity?: 'error' | 'info'; readonly ends: boolean }>([
  { reason: 'ReconciliationSucceeded', ends: true },
  { reason: 'Succeeded', ends: true },
  { reason: 'NewArtifact', ends: true },
  { reason: 'UpgradeSucceeded', ends: true },
  { reason: 'RollbackSucceeded', ends: false },
  { reason: 'Progressing', ends: false },
  { reason: 'DependencyNotReady', ends: false },
  { reason: 'UpgradeFailed', severity: 'error', ends: false },
])('$reason ends failures: $ends', ({ reason, severity = 'info', ends }) => {
  expect(endsFailures({ ...NOTIFIED, reason, severity })).toBe(ends);
});
