import { RECIPES } from '../charts.ts';
import { KUSTOMIZATIONS } from '../cluster.ts';
import { sampleFiles } from '../repository.ts';
import type { Scene, Step } from '../story.ts';

const DEPLOYMENTS = ['notes', 'photos', 'dashboard', 'journal', 'recipes'];

/** From a push to a healthy cluster, in the order of `dependsOn`. */
export const firstSync: Step = {
  title: 'A repository becomes a cluster',
  why: 'infrastructure-controllers, then infrastructure-configs, then apps: each waits for the one before.',
  async tell(scene) {
    const files = sampleFiles();
    const sha = await scene.act(`git push: ${Object.keys(files).length} files of a small home cluster`, () =>
      scene.push('The sample home cluster', files),
    );

    await scene.see(`GitRepository flux-system has ${sha.slice(0, 7)}`, async () =>
      (await scene.cluster.sourceRevision())?.endsWith(sha),
    );
    for (const name of KUSTOMIZATIONS) {
      await scene.see(
        ({ objects }) => `Kustomization ${name} is ready: ${objects} objects`,
        () => scene.cluster.appliedAt(name, sha),
      );
    }
    await scene.see(
      (message: string) => `HelmRelease recipes is ready: ${message}`,
      async () => {
        const ready = await scene.cluster.release('recipes', 'Ready');
        return ready?.status === 'True' && ready.message.includes(RECIPES.first.version) && ready.message;
      },
    );
    for (const name of DEPLOYMENTS) await seeRunning(scene, name);
  },
};

async function seeRunning(scene: Scene, name: string): Promise<void> {
  await scene.see(
    ({ replicas, host }) => `${name}: ${replicas} of ${replicas} pods run, at http://${host}`,
    async () => {
      const deployment = await scene.cluster.deployment(name);
      const host = await scene.cluster.ingressHost(name);
      if (!deployment || !host?.endsWith('.home.example')) return undefined;
      const { replicas, readyReplicas } = deployment;
      return replicas > 0 && readyReplicas === replicas && { replicas, host };
    },
  );
}
