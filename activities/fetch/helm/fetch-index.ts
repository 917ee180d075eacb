import { createReadStream } from 'node:fs';
import type { Artifact } from '../../../api/artifact.ts';
import type { HelmRepository } from '../../../api/helm-repository.ts';
import { isServed } from '../artifact-download.ts';
import { shownUrl } from '../http/url.ts';
import type { ChartOptions, ChartRepositories } from './contract.ts';
import { createValidatorMemory } from './index-fetch.ts';
import type { IndexOptions, OpenIndex } from './open-index.ts';
import { accessOf } from './repository-access.ts';
import type { ScratchFile } from './scratch-file.ts';

export interface IndexFetcherOptions extends Pick<IndexOptions, 'readSecret' | 'store'> {
  readonly openIndex: OpenIndex;
  /** Where others reach the store's artifact server: `http://host:port`. */
  readonly advertisedUrl: string;
}

const HEARTBEAT_MS = 3000;

/** Fetches indexes into artifacts: refused ones never take the place of a good one. */
export function createIndexFetcher({
  readSecret,
  store,
  openIndex,
  advertisedUrl,
}: IndexFetcherOptions): Pick<ChartRepositories, 'check' | 'fetchIndex'> {
  const memory = createValidatorMemory();

  async function isAtHand({ url, path }: Artifact, signal: AbortSignal): Promise<boolean> {
    if (url === `${advertisedUrl}/${path}` && (await store.has(path))) return true;
    return await isServed(url, signal);
  }

  /** The artifact of the status as it can be had, if at all. */
  async function keptArtifact(artifact: Artifact, signal: AbortSignal): Promise<Artifact | undefined> {
    if (await isAtHand(artifact, signal)) return artifact;
    // Who served it may be gone for good.
    const isOurs = await store.has(artifact.path);
    return isOurs ? { ...artifact, url: `${advertisedUrl}/${artifact.path}` } : undefined;
  }

  async function keep({ kind, metadata }: HelmRepository, file: ScratchFile): Promise<Artifact> {
    const owner = { kind, namespace: metadata.namespace, name: metadata.name };
    const stored = await store.putIndex(owner, createReadStream(file.path));
    const lastUpdateTime = `${new Date().toISOString().slice(0, 19)}Z`;
    return { ...stored, revision: stored.digest, url: `${advertisedUrl}/${stored.path}`, lastUpdateTime };
  }

  return {
    async check(repository, signal) {
      const access = await accessOf(repository, readSecret);
      const previous = repository.status?.artifact;
      const answered = await openIndex.request(access, memory.recall(repository, access), signal);
      if (answered === 'same') {
        const isKept = previous !== undefined && (await isAtHand(previous, signal));
        return { revision: previous?.revision ?? '', changed: !isKept };
      }
      await using file = answered.file;
      if (file.digest !== previous?.revision) return { revision: file.digest, changed: true };
      memory.remember(repository, access, answered.answer, file.digest);
      return { revision: file.digest, changed: !(await isAtHand(previous, signal)) };
    },

    async fetchIndex(repository, { signal, heartbeat }) {
      const access = await accessOf(repository, readSecret);
      using _ = beating(heartbeat, repository.spec.url);
      const previous = repository.status?.artifact;
      const kept = previous && (await keptArtifact(previous, signal));
      const answered = await openIndex.request(access, kept && memory.recall(repository, access), signal);
      if (answered === 'same') {
        if (kept) return { unchanged: true, artifact: kept, size: kept.size ?? 0 };
        throw new Error('nobody asked whether the index is the same');
      }
      await using file = answered.file;
      memory.remember(repository, access, answered.answer, file.digest);
      if (kept?.revision === file.digest) return { unchanged: true, artifact: kept, size: file.size };
      const { warnings } = await openIndex.ofFile(file, access.where, signal);
      return { unchanged: false, artifact: await keep(repository, file), size: file.size, warnings };
    },
  };
}

function beating(heartbeat: ChartOptions['heartbeat'], url: string): Disposable {
  const beat = () => heartbeat({ fetching: shownUrl(url) });
  beat();
  const timer = setInterval(beat, HEARTBEAT_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
