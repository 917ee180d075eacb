export { gitRepository } from './git-repository.ts';
export { helmChart } from './helm-chart.ts';
export { helmRelease } from './helm-release.ts';
export { helmRepository } from './helm-repository.ts';
export { kustomization } from './kustomization.ts';
export { resumeLater, tick } from './tick.ts';
export { watch } from './watch.ts';
