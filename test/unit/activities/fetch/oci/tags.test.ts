import { describe, expect, it } from 'vitest';
import { startHttpFront } from '../../../../support/http-front.ts';
import { BASIC, BASIC_HEADER, NOWHERE, useRegistryFront } from '../../../../support/registry-front.ts';

const at = useRegistryFront();

describe('a list of tags', () => {
  function pages(link: (page: number) => string | undefined, tags: (page: number) => unknown) {
    let page = 0;
    at.answer = (_request, response) => {
      const next = link(page);
      const body = tags(page);
      page += 1;
      const headers = next === undefined ? {} : { Link: next };
      response.writeHead(200, headers).end(typeof body === 'string' ? body : JSON.stringify({ tags: body }));
      return true;
    };
  }
  const list = '/v2/team/app/tags/list';

  it('is read page by page, and each tag told once', async () => {
    pages(
      (page) =>
        page < 2 ? `<${page === 0 ? '' : at.front.url}${list}?last=${page}>; rel="next"` : undefined,
      (page) => [`1.${page}.0`, '1.0.0', '../evil', ''],
    );

    expect(await at.oci.listTags(at.asked())).toEqual(['1.0.0', '1.1.0', '1.2.0']);
    expect(at.front.requests.map(({ path }) => path)).toEqual([
      `${list}?n=1000`,
      `${list}?last=0`,
      `${list}?last=1`,
    ]);
  });

  it.each([
    ['by another scheme', () => `<${at.front.url.replace('http:', 'https:')}${list}?last=1>; rel="next"`],
    ['by a path from where it is', () => '<list?last=1>; rel="next"'],
    ['by its query', () => '<?last=1>; rel="next"'],
    [
      'among other links',
      () => `<${list}>; rel="first", <${list}?last=1>; rel="next", <${list}?last=9>; rel="last"`,
    ],
    ['with a title', () => `<${list}?last=1>; title="a, <b>; rel=first"; rel="next"`],
    ['with spaces', () => `<${list}?last=1> ;rel = next`],
    ['for several purposes', () => `<${list}?last=1>; rel="chapter next"`],
    ['without saying so', () => `<${list}?last=1>`],
  ])('may name its next page %s', async (_name, link) => {
    pages(
      (page) => (page === 0 ? link() : undefined),
      (page) => [`${page}`],
    );

    expect(await at.oci.listTags(at.asked())).toEqual(['0', '1']);
    expect(at.front.requests.map(({ path }) => path)).toEqual([`${list}?n=1000`, `${list}?last=1`]);
  });

  it('is read to its end where the registry sends to, without credentials', async () => {
    await using elsewhere = await startHttpFront({
      target: NOWHERE,
      answer: ({ url }, response) => {
        const isLast = url?.includes('last') ?? false;
        if (!isLast) response.setHeader('Link', '<?last=1>; rel="next"');
        return !!response.end(JSON.stringify({ tags: [isLast ? 'b' : 'a'] }));
      },
    });
    at.answer = ({ headers }, response) => {
      if (headers.authorization !== BASIC_HEADER) {
        return !!response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="registry"' }).end();
      }
      return !!response.writeHead(307, { Location: `${elsewhere.url}/mirror/list` }).end();
    };

    expect(await at.oci.listTags(at.asked(BASIC))).toEqual(['a', 'b']);
    expect(elsewhere.requests.map(({ path }) => path)).toEqual(['/mirror/list', '/mirror/list?last=1']);
    for (const { headers } of elsewhere.requests) expect(headers).not.toHaveProperty('authorization');
  });

  it('may tell a whole page twice', async () => {
    pages(
      (page) => (page < 3 ? `<${list}?last=${page}>; rel="next"` : undefined),
      (page) => (page < 3 ? ['a', 'b'] : ['c']),
    );

    expect(await at.oci.listTags(at.asked())).toEqual(['a', 'b', 'c']);
  });

  it('may be empty', async () => {
    pages(
      () => undefined,
      () => null,
    );

    expect(await at.oci.listTags(at.asked())).toEqual([]);
  });

  it.each([
    ['goes on with itself', () => `<${list}?last=x>; rel="next"`, () => ['1.0.0'], 'repeats itself'],
    [
      'says the same on and on',
      (page: number) => `<${list}?last=${page}>; rel="next"`,
      () => ['1.0.0'],
      'repeats itself',
    ],
    [
      'goes on for ever',
      (page: number) => `<${list}?last=${page}>; rel="next"`,
      () => [],
      'more than 1000 pages',
    ],
    [
      'has too many',
      (page: number) => `<${list}?last=${page}>; rel="next"`,
      (page: number) => Array.from({ length: 60_000 }, (_, index) => `${page}.${index}`),
      'more than 100000 tags',
    ],
    [
      'goes on elsewhere',
      () => '<http://localhost:1/v2/team/app/tags/list>; rel="next"',
      () => [],
      'at another address',
    ],
    [
      'goes on at another port',
      () => '<http://127.0.0.1:1/v2/team/app/tags/list>; rel="next"',
      () => [],
      'at another address',
    ],
    [
      'goes on with another list',
      () => '</v2/other/tags/list?n=1>; rel="next"',
      () => [],
      'at another address',
    ],
    ['is none', () => undefined, () => '[]', 'no list of tags'],
    ['is no JSON', () => undefined, () => '<html>', 'no list of tags'],
    ['holds other things', () => undefined, () => [1, null], 'no list of tags'],
  ])('that %s is refused', async (_name, link, tags, message) => {
    pages(link, tags);

    await expect(at.oci.listTags(at.asked())).rejects.toMatchObject({
      message: expect.stringContaining(message),
    });
    for (const { path } of at.front.requests) expect(path).toContain(list);
  });
});
