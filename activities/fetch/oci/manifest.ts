import { createHash } from 'node:crypto';
import { z } from 'zod';
import { HttpError } from '../http/error.ts';
import type { Manifest } from './contract.ts';
import { isDigest } from './reference.ts';

export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

/** What a manifest may be when it is asked for. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  INDEX_TYPE,
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const;

const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string().refine(isDigest),
  size: z.int().min(0),
  artifactType: z.string().optional(),
  annotations: z
    .record(z.string(), z.string())
    .nullish()
    .transform((value) => value ?? undefined),
});

const manifest = z.object({
  mediaType: z.string().optional(),
  config: descriptor.optional(),
  layers: z
    .array(descriptor)
    .max(1000)
    .nullish()
    .transform((value) => value ?? []),
  manifests: z
    .array(descriptor)
    .max(10_000)
    .nullish()
    .transform((value) => value ?? []),
  annotations: z
    .record(z.string(), z.string())
    .nullish()
    .transform((value) => value ?? {}),
});

/** Reads a manifest or an index. Throws an {@link HttpError} when the bytes are none. */
export function readManifest(bytes: Buffer, contentType: string): Manifest {
  const read = manifest.safeParse(jsonOf(bytes));
  if (!read.success) throw new HttpError('content', 'the registry answers something that is no manifest');
  const mediaType = read.data.mediaType ?? contentType.replace(/;.*$/s, '');
  return { ...read.data, config: read.data.config, mediaType, digest: digestOf(bytes), bytes };
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined; // which is no manifest either
  }
}
