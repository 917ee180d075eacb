import type { Step } from '../story.ts';

const OBJECTS = [
  ['apps/v1', 'Deployment'],
  ['v1', 'Service'],
  ['networking.k8s.io/v1', 'Ingress'],
] as const;

/** What is removed from Git is removed from the cluster. */
export const pruneRemoved: Step = {
  title: 'A file removed from Git is pruned',
  why: 'Only what the inventory of apps names can be deleted, and never what another Kustomization holds.',
  async tell(scene) {
    const sha = await scene.act('git push: without apps/dashboard.yaml', () =>
      scene.push('No dashboard', { 'clusters/home/apps/dashboard.yaml': undefined }),
    );

    for (const [apiVersion, kind] of OBJECTS) {
      await scene.see(
        `${kind} dashboard is gone`,
        async () => !(await scene.cluster.exists(apiVersion, kind, 'dashboard')),
      );
    }
    await scene.see('Kustomization apps is ready', () => scene.cluster.appliedAt('apps', sha));
  },
};
