import { hasContent, splitDocuments } from '../../../api/formats/manifest-yaml.ts';
import { parseYamlDocument } from '../../../api/formats/yaml-document.ts';
import { valueAt } from '../../apply/pointer.ts';
import { STREAM } from './set-metadata.ts';

const HOOK = ['metadata', 'annotations', 'helm.sh/hook'];

/** Parts the hooks from the other documents of a stream, each as helm wrote it and in its order. Throws a ManifestError. */
export function partHooks(stream: string): { readonly hooks: string; readonly manifests: string } {
  const hooks: string[] = [];
  const manifests: string[] = [];
  for (const source of splitDocuments(stream, STREAM)) {
    if (!hasContent(source.text)) continue;
    const isHook = valueAt(parseYamlDocument(source), HOOK) !== undefined;
    (isHook ? hooks : manifests).push(asDocument(source.text));
  }
  return { hooks: hooks.join(''), manifests: manifests.join('') };
}

/** The text with the mark that parts it from what is put before it. */
export function asDocument(text: string): string {
  const begun = text.startsWith('---') ? text : `---\n${text}`;
  return begun.endsWith('\n') ? begun : `${begun}\n`;
}
