/** What a registry wants to see, from its `WWW-Authenticate`. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer';
      readonly realm: string;
      readonly service: string | undefined;
      readonly scope: string | undefined;
    };

const PARAMETER = /([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g;
const LONGEST = 8192;

/** Reads the first challenge that we can answer, a bearer token before a password; undefined when there is none. */
export function parseChallenge(header: string | string[] | undefined): Challenge | undefined {
  const texts = (Array.isArray(header) ? header : [header ?? '']).filter((text) => text.length <= LONGEST);
  for (const text of texts) {
    const bearer = /(?:^|,)\s*bearer\s+(.*)$/is.exec(text)?.[1];
    const found = [...(bearer ?? '').matchAll(PARAMETER)].map(
      ([, name = '', quoted, plain]): [string, string] => [
        name.toLowerCase(),
        quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '',
      ],
    );
    // The first of a name counts: what comes later may be of another challenge.
    const parameters = new Map(found.reverse());
    const realm = parameters.get('realm');
    if (realm === undefined || realm === '') continue;
    return { scheme: 'bearer', realm, service: parameters.get('service'), scope: parameters.get('scope') };
  }
  return texts.some((text) => /(?:^|,)\s*basic(?:\s|,|$)/i.test(text)) ? { scheme: 'basic' } : undefined;
}
