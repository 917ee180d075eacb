import type { Artifact } from '../../api/artifact.ts';

export interface OpenOptions {
  readonly signal: AbortSignal;
}

/** Makes an artifact's content available as a directory that callers only read. */
export type OpenArtifact = (
  artifact: Pick<Artifact, 'url' | 'digest' | 'revision' | 'path'>,
  options: OpenOptions,
) => Promise<string>;
