import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from '../../../api/artifact.ts';
import { Kind } from '../../../api/object-ref.ts';
import { type AskForArtifact, openOrAsk } from '../ask-for-artifact.ts';
import type { HttpAnswer, HttpClient } from '../http/client.ts';
import type { ReadSecret } from '../http/credentials.ts';
import type { OpenArtifact } from '../open-artifact.ts';
import type { ArtifactStore } from '../store.ts';
import type { ChartIndex, RepositoryRef } from './contract.ts';
import { requestIndex, type Validators } from './index-fetch.ts';
import { createIndexReader, type IndexSource } from './read-index.ts';
import { accessOf, type RepositoryAccess, whereOf } from './repository-access.ts';
import { fileHasDigest, type ScratchFile, writeScratch } from './scratch-file.ts';

export interface IndexOptions {
  readonly client: HttpClient;
  readonly readSecret: ReadSecret;
  readonly store: ArtifactStore;
  /** Artifacts as files, of whoever serves them. */
  readonly openArchive: OpenArtifact;
  readonly askForArtifact: AskForArtifact;
  /** Holds scratch; belongs to this process alone. */
  readonly dataDir: string;
}

/** What a server answered about an index: nothing newer, or one. */
export type IndexAnswer = 'same' | { readonly answer: HttpAnswer; readonly file: ScratchFile };

/** Opens indexes of chart repositories, wherever their bytes are. */
export interface OpenIndex {
  /** The index in an artifact of a HelmRepository, this worker's or another's. Throws IndexationFailed, ArtifactFailed. */
  ofArtifact(repository: RepositoryRef, artifact: Artifact, signal: AbortSignal): Promise<ChartIndex>;
  /** The index as the repository has it now; nothing is stored. */
  ofRepository(repository: RepositoryRef, signal: AbortSignal): Promise<ChartIndex>;
  ofFile(file: ScratchFile, where: string, signal: AbortSignal): Promise<ChartIndex>;
  /** Fetches what is newer than the validators say, to a file that the caller disposes. */
  request(
    access: RepositoryAccess,
    validators: Validators | undefined,
    signal: AbortSignal,
  ): Promise<IndexAnswer>;
}

export function createOpenIndex({
  client,
  readSecret,
  store,
  openArchive,
  askForArtifact,
  dataDir,
}: IndexOptions): OpenIndex {
  const reader = createIndexReader();
  const scratch = join(dataDir, 'indexes');
  // What a killed process has left.
  const cleaned = rm(scratch, { recursive: true, force: true });

  async function request(access: RepositoryAccess, validators: Validators | undefined, signal: AbortSignal) {
    await cleaned;
    return await requestIndex(
      client,
      access,
      { signal, validators },
      async (answer, body): Promise<IndexAnswer> =>
        answer.status === 304 ? 'same' : { answer, file: await writeScratch(scratch, body) },
    );
  }

  const ofFile: OpenIndex['ofFile'] = (file, where, signal) =>
    reader.read(file.digest, { where, withFile: (use) => use(file.path) }, signal);

  return {
    request,
    ofFile,
    async ofRepository(repository, signal) {
      const access = await accessOf(repository, readSecret);
      const answered = await request(access, undefined, signal);
      if (answered === 'same') throw new Error('nobody asked whether the index is the same');
      await using file = answered.file;
      return await ofFile(file, access.where, signal);
    },
    async ofArtifact(repository, artifact, signal) {
      const { namespace, name } = repository.metadata;
      const source = { kind: Kind.HelmRepository, namespace, name };
      const withFile: IndexSource['withFile'] = async (use, within) => {
        const local = await store.fileOf(artifact.path);
        const isGood = local !== undefined && (await fileHasDigest(local, artifact.digest));
        const open = () => openArchive(artifact, { signal: within });
        return await use(isGood ? local : await openOrAsk(askForArtifact, source, open));
      };
      return await reader.read(artifact.digest, { where: whereOf(repository), withFile }, signal);
    },
  };
}
