export { gitRepository } from './git-repository.ts';
export { kustomization } from './kustomization.ts';
export { resumeLater, tick } from './tick.ts';
export { watch } from './watch.ts';
