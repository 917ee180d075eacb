const MOST_PAGES = 10;

/** The first on the pages of a list, which begin with 1: what is not found on many of them is not there. */
export async function findOnPages<T>(
  size: number,
  readPage: (page: number) => Promise<readonly T[]>,
  isWanted: (one: T) => boolean,
): Promise<T | undefined> {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const listed = await readPage(page);
    const found = listed.find(isWanted);
    if (found !== undefined || listed.length < size) return found;
  }
  return undefined;
}
