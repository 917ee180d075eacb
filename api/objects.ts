import type { z } from 'zod';
import { type GitRepository, gitRepository } from './git-repository.ts';
import { type HelmChart, helmChart } from './helm-chart.ts';
import { type HelmRelease, helmRelease } from './helm-release.ts';
import { type HelmRepository, helmRepository } from './helm-repository.ts';
import { type ImagePolicy, imagePolicy } from './image-policy.ts';
import { type ImageRepository, imageRepository } from './image-repository.ts';
import { type ImageUpdateAutomation, imageUpdateAutomation } from './image-update-automation.ts';
import { type Kustomization, kustomization } from './kustomization.ts';
import type { Kind } from './object-ref.ts';
import { type Receiver, receiver } from './receiver.ts';

/** The object of each kind. */
export interface Objects {
  readonly GitRepository: GitRepository;
  readonly HelmRepository: HelmRepository;
  readonly HelmChart: HelmChart;
  readonly Kustomization: Kustomization;
  readonly HelmRelease: HelmRelease;
  readonly ImageRepository: ImageRepository;
  readonly ImagePolicy: ImagePolicy;
  readonly ImageUpdateAutomation: ImageUpdateAutomation;
  readonly Receiver: Receiver;
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
  ImageRepository: imageRepository,
  ImagePolicy: imagePolicy,
  ImageUpdateAutomation: imageUpdateAutomation,
  Receiver: receiver,
};
