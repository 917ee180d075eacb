import type { HelmRelease } from '../../../api/helm-release.ts';
import { Label } from '../../../api/names.ts';
import type { KustomizeOptions } from '../../build/kustomize-process.ts';
import type { PostRender } from '../run/act.ts';
import { byKustomize } from './by-kustomize.ts';
import { asDocument, partHooks } from './part-hooks.ts';
import { setMetadata } from './set-metadata.ts';

export interface PostRenderOptions extends KustomizeOptions {
  readonly signal: AbortSignal;
}

/**
 * The post-renderers of a HelmRelease: each kustomize of its spec, then `commonMetadata`, then the labels that name the
 * object, which no other may set. Hooks take part as `postRenderStrategy` says: helm's command line knows only
 * `combined`. Throws a PostRenderError that names the post-renderer, or a ManifestError.
 */
export function createPostRender(
  { metadata, spec }: Pick<HelmRelease, 'metadata' | 'spec'>,
  options: PostRenderOptions,
): PostRender {
  const origin = { [Label.releaseName]: metadata.name, [Label.releaseNamespace]: metadata.namespace };
  const labels = { ...spec.commonMetadata?.labels, ...origin };
  const annotations = spec.commonMetadata?.annotations;

  async function render(stream: string): Promise<string> {
    let rendered = stream;
    for (const [index, { kustomize }] of (spec.postRenderers ?? []).entries())
      if (kustomize) rendered = await byKustomize(options, rendered, { ...kustomize, index });
    return setMetadata(rendered, { labels, annotations });
  }

  switch (spec.postRenderStrategy ?? 'combined') {
    case 'combined':
      return render;
    case 'separate':
      return async (stream) => {
        const { hooks, manifests } = partHooks(stream);
        return joined(await renderIfAny(render, hooks), await renderIfAny(render, manifests));
      };
    case 'nohooks':
      return async (stream) => {
        const { hooks, manifests } = partHooks(stream);
        return joined(hooks, await renderIfAny(render, manifests));
      };
  }
}

// kustomize refuses to build nothing.
async function renderIfAny(render: PostRender, stream: string): Promise<string> {
  return stream === '' ? '' : render(stream);
}

function joined(hooks: string, manifests: string): string {
  return [hooks, manifests]
    .filter((stream) => stream !== '')
    .map(asDocument)
    .join('');
}
