import type { z } from 'zod';
import { type GitRepository, gitRepository } from './git-repository.ts';
import { type HelmChart, helmChart } from './helm-chart.ts';
import { type HelmRelease, helmRelease } from './helm-release.ts';
import { type HelmRepository, helmRepository } from './helm-repository.ts';
import { type Kustomization, kustomization } from './kustomization.ts';
import type { Kind } from './object-ref.ts';

/** The object of each kind. */
export interface Objects {
  readonly GitRepository: GitRepository;
  readonly HelmRepository: HelmRepository;
  readonly HelmChart: HelmChart;
  readonly Kustomization: Kustomization;
  readonly HelmRelease: HelmRelease;
}

/** Any object that is reconciled. */
export type ReconciledObject = Objects[Kind];

/** How an object of each kind is read. */
export const SCHEMAS: { readonly [K in Kind]: z.ZodType<Objects[K]> } = {
  GitRepository: gitRepository,
  HelmRepository: helmRepository,
  HelmChart: helmChart,
  Kustomization: kustomization,
  HelmRelease: helmRelease,
};
