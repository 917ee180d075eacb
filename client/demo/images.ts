import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Registry } from '../../tools/registry.ts';
import { persistent, writeWhole } from '../../tools/state.ts';

/** The image whose tags are builds of a pipeline. */
export const JOURNAL = { name: 'journal', first: '41', next: '42' } as const;

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';

interface Image {
  readonly name: string;
  readonly tag: string;
}

/** What is in the demo's registry. */
export interface Images {
  /** Pushes an image, and answers how manifests name it. */
  push(name: string, tag: string): Promise<string>;
}

/**
 * Fills a registry, which keeps nothing itself, with the images that it had when it was stopped: `dir` has the list.
 * With `isAnew` it is as on the first day, as the story needs it. Else a choice that is in Git already would be undone.
 */
export async function fillRegistry(registry: Registry, dir: string, isAnew: boolean): Promise<Images> {
  const list = join(dir, 'images.json');
  const first: readonly Image[] = [{ name: JOURNAL.name, tag: JOURNAL.first }];
  const initial = JSON.stringify(first);
  if (isAnew) writeWhole(list, initial);
  const images = JSON.parse(persistent(list, () => initial)) as Image[];
  for (const { name, tag } of images) await pushImage(registry, name, tag);
  return {
    async push(name, tag) {
      const reference = await pushImage(registry, name, tag);
      images.push({ name, tag });
      writeWhole(list, JSON.stringify(images));
      return reference;
    },
  };
}

/** Pushes an image without a file in it, as a pipeline would push its build; resolves to how manifests name it. */
async function pushImage({ url, host }: Registry, name: string, tag: string): Promise<string> {
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: { build: tag } },
      rootfs: { type: 'layers', diff_ids: [] },
    }),
  );
  const digest = `sha256:${createHash('sha256').update(config).digest('hex')}`;
  await send(`${url}/v2/${name}/blobs/uploads/?digest=${digest}`, 'POST', config, 'application/octet-stream');
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: CONFIG, digest, size: config.length },
    layers: [],
  };
  await send(`${url}/v2/${name}/manifests/${tag}`, 'PUT', Buffer.from(JSON.stringify(manifest)), MANIFEST);
  return `${host}/${name}:${tag}`;
}

async function send(url: string, method: string, body: Buffer, type: string): Promise<void> {
  const headers = { 'Content-Type': type };
  const answer = await fetch(url, { method, headers, body: new Uint8Array(body) });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`the registry answers ${answer.status} to ${method} ${url}`);
}
