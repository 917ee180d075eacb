import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { createKubeClient, type KubeClient } from '../../activities/kube/client.ts';
import { loadKubeAccess } from '../../activities/kube/config.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { answerRequests } from './answering-controller.ts';
import { createNamespace, type Stack, startStack } from './harness.ts';
import { putObjects } from './helm-objects.ts';
import { pawlHere, speakTo } from './pawl-here.ts';
import { openTranscripts, runLine, type Transcript, type Transcripts } from './transcripts.ts';

export interface CliStage {
  readonly kube: KubeClient;
  readonly transcripts: Transcripts;
  /** Runs a line, and says what there is to say of it; `namespace` is what `NS` in it stands for. */
  readonly run: (line: string, namespace?: string) => Promise<Transcript>;
  /** A namespace in which what is asked for is done at once. */
  readonly home: () => Promise<string>;
}

/**
 * For the tests of a file about commands: a cluster with these objects, and what the stock CLI says of them in a file
 * of transcripts. There is no worker: the status of all objects is the test's own.
 */
export function useCliStage(file: string, objects: () => readonly KubeObject[]): CliStage {
  const transcripts = openTranscripts(file);
  let opened: { readonly stack: Stack; readonly kube: KubeClient } | undefined;
  const parts = () => {
    if (!opened) throw new Error('the cluster is not up yet');
    return opened;
  };
  beforeAll(async () => {
    const stack = await startStack({ nodes: false, inMemory: true });
    speakTo(stack);
    const kube = createKubeClient(loadKubeAccess({ kubeconfig: stack.kubeconfig }));
    opened = { stack, kube };
    await putObjects(kube, objects());
  });
  afterAll(async () => {
    await opened?.kube.close();
    await opened?.stack.stop();
    transcripts.save();
  });
  return {
    transcripts,
    run: (line, namespace = '') => runLine(parts().stack, line, namespace, pawlHere),
    get kube() {
      return parts().kube;
    },
    async home() {
      const { kube } = parts();
      const namespace = await createNamespace(kube, 'live');
      const stop = new AbortController();
      const answering = answerRequests(kube, namespace, stop.signal);
      onTestFinished(async () => {
        stop.abort();
        await answering;
      });
      return namespace;
    },
  };
}
