import { describe, expect, it } from 'vitest';
import { setImages } from '../../../../../activities/image/update/set-images.ts';
import { parseYamlDocuments } from '../../../../../api/formats/manifest-yaml.ts';
import { type HostileFile, hostileFile, IMAGES, type Slot } from './hostile-yaml.ts';

const FILES = 400;

describe('files of any layout', () => {
  it('change in marked scalars and in no other byte', () => {
    let slots = 0;
    for (let seed = 1; seed <= FILES; seed++) {
      const file = hostileFile(seed);
      const before = textOf(file, (slot) => slot.before);

      const outcome = setImages('file.yaml', Buffer.from(before), IMAGES);

      expect(outcome.problem, `seed ${seed}:\n${before}`).toBeUndefined();
      const after = outcome.file?.content.toString() ?? before;
      expect(isEdited(file, after), `seed ${seed}:\n${before}\nbecame\n${after}`).toBe(true);
      expect(valuesOf(after), `seed ${seed}:\n${after}`).toEqual(expectedOf(file, before));
      expect(setImages('file.yaml', Buffer.from(after), IMAGES).file, 'a second edit').toBeUndefined();
      slots += file.expected.length;
    }
    // Were the generator to make no slots, nothing would have been shown.
    expect(slots).toBeGreaterThan(FILES);
  });
});

function textOf({ pieces }: HostileFile, write: (slot: Slot) => string): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : write(piece))).join('');
}

/** Whether a text is the file with each slot replaced, by any of its texts. */
function isEdited({ pieces }: HostileFile, text: string): boolean {
  let ends = new Set([0]);
  for (const piece of pieces) {
    const texts = typeof piece === 'string' ? [piece] : piece.after;
    ends = new Set(
      [...ends].flatMap((end) =>
        texts.filter((next) => text.startsWith(next, end)).map((next) => end + next.length),
      ),
    );
  }
  return ends.has(text.length);
}

function valuesOf(text: string): unknown[] {
  return parseYamlDocuments(text, { file: 'file.yaml' }).map(({ value }) => value);
}

function expectedOf({ expected }: HostileFile, before: string): unknown[] {
  const documents = valuesOf(before);
  for (const { path, value } of expected) {
    let inner = documents as unknown as Record<string | number, unknown>;
    for (const key of path.slice(0, -1)) inner = inner[key] as typeof inner;
    inner[path.at(-1) ?? ''] = value;
  }
  return documents;
}
