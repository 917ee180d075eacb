import type { KubeObject } from '../../api/kube-object.ts';
import { formatObjectId, objectId } from '../../api/object-id.ts';
import { diffLines, type Hunk } from './diff-lines.ts';
import { toYaml } from './manifest.ts';

/** What becomes of one object. */
export interface ObjectChange {
  /** `ConfigMap/apps/web` */
  readonly name: string;
  readonly change: 'created' | 'changed' | 'deleted';
  /** Of a change only. */
  readonly hunks: readonly Hunk[];
}

/**
 * What turns the objects of one release into those of another, in the order of the new ones; deletions come last.
 * Values of Secrets are masked, and so are `secrets` wherever they stand.
 */
export function diffObjects(
  before: readonly KubeObject[],
  after: readonly KubeObject[],
  secrets: readonly string[],
): readonly ObjectChange[] {
  const keyOf = (object: KubeObject) => formatObjectId(objectId(object));
  const old = new Map(before.map((object) => [keyOf(object), object]));
  const wanted = new Set(after.map(keyOf));
  const kept = after.flatMap((object) => changeOf(old.get(keyOf(object)), object, secrets));
  const gone = before.filter((object) => !wanted.has(keyOf(object)));
  return [...kept, ...gone.map((object) => whole(object, 'deleted'))];
}

function changeOf(
  before: KubeObject | undefined,
  after: KubeObject,
  secrets: readonly string[],
): readonly ObjectChange[] {
  if (!before) return [whole(after, 'created')];
  const [from, to] = maskSecrets(before, after);
  const hunks = diffLines(toYaml(from), toYaml(to)).map((hunk) => masked(hunk, secrets));
  return hunks.length > 0 ? [{ name: nameOf(after), change: 'changed', hunks }] : [];
}

function whole(object: KubeObject, change: 'created' | 'deleted'): ObjectChange {
  return { name: nameOf(object), change, hunks: [] };
}

function nameOf({ kind, metadata: { namespace, name } }: KubeObject): string {
  return namespace ? `${kind}/${namespace}/${name}` : `${kind}/${name}`;
}

const MASK = '***';

/** Both with marks for the values of Secrets, which only tell whether they differ. */
function maskSecrets(before: KubeObject, after: KubeObject): readonly [KubeObject, KubeObject] {
  if (after.kind !== 'Secret' || after.apiVersion !== 'v1') return [before, after];
  const [was, is] = [valuesOf(before), valuesOf(after)];
  const marksOf = (own: Values, other: Values, side: string) =>
    Object.fromEntries(
      Object.entries(own).map(([key, value]) => [
        key,
        other[key] === undefined || other[key] === value ? MASK : `${MASK} (${side})`,
      ]),
    );
  return [withMarks(before, marksOf(was, is, 'before')), withMarks(after, marksOf(is, was, 'after'))];
}

type Values = Readonly<Record<string, string>>;

/** Of both fields, as the API server puts them together. */
function valuesOf(secret: KubeObject): Values {
  const { data, stringData } = secret as {
    readonly data?: object | null;
    readonly stringData?: object | null;
  };
  const plain = Object.entries(stringData ?? {}).map(
    ([key, value]) => [key, Buffer.from(String(value)).toString('base64')] as const,
  );
  const packed = Object.entries(data ?? {}).map(([key, value]) => [key, String(value)] as const);
  return Object.fromEntries([...packed, ...plain]);
}

function withMarks(secret: KubeObject, data: Values): KubeObject {
  const { stringData: _plain, ...rest } = secret;
  return { ...rest, data } as KubeObject;
}

// Shorter texts are words that stand everywhere.
const SHORTEST = 4;

function masked(hunk: Hunk, secrets: readonly string[]): Hunk {
  const hidden = secrets.filter((text) => text.length >= SHORTEST);
  const hide = (line: string) => hidden.reduce((text, secret) => text.replaceAll(secret, MASK), line);
  return { ...hunk, lines: hunk.lines.map(hide) };
}
