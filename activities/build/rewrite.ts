import { isMap, type KustomizationContent } from './kustomization-file.ts';

const ITEM = /^(\w+)\[(\d+)\]$/;

/** A kustomization as the text that kustomize gets, with some items of its lists replaced: `resources[0]` → text. */
export function rewrite(content: KustomizationContent, replaced: ReadonlyMap<string, string>): string {
  const next: Record<string, unknown> = { ...content };
  for (const [field, value] of replaced) {
    const [, list, index] = ITEM.exec(field) ?? [];
    if (list !== undefined) next[list] = (next[list] as unknown[]).with(Number(index), value);
  }
  return yamlText(next);
}

/** JSON, which is YAML but for a few characters that YAML 1.1 takes for line breaks or refuses. */
export function yamlText(value: unknown): string {
  return JSON.stringify(isMap(value) ? value : {}).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
