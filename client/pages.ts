import type { Group, GroupList, ListPage } from "./responses";

/** How many groups a list contains and lacks, for messages. */
export function describeIncomplete({ groups, total }: GroupList): string {
  return total !== undefined && total > groups.length
    ? `Deepcall returned ${groups.length} of ${total} groups`
    : `Deepcall reported more groups than the ${groups.length} it returned`;
}

/** Which page to read: `page` and, if the first answer shows the size of a page, `limit`. The first page needs neither. */
export interface PageFields {
  readonly page?: number;
  readonly limit?: number | undefined;
}

/** A server that always says that there is more is not asked forever. */
const maxPages = 1_000;

/**
 * Reads a list to its end. The second page shows whether the server has pages at all. The others are read together if
 * their number is known, otherwise one after the other.
 *
 * @param isEnough - ends the list early: the page has the one group that is needed.
 */
export async function readPages(
  readPage: (fields: PageFields) => Promise<ListPage>,
  concurrency: number,
  isEnough: (page: ListPage) => boolean,
): Promise<GroupList> {
  const first = await readPage({});
  const pages = [first];
  const secondPage = first.nextPage ?? (first.currentPage ?? 1) + 1;
  for (;;) {
    const { list, missing } = mergePages(pages);
    const count = pages.length === 1 ? Math.min(missing, 1) : Math.min(missing, concurrency, maxPages - pages.length);
    if (count <= 0 || pages.some(isEnough)) return list;
    const start = secondPage + pages.length - 1;
    const numbers = Array.from({ length: count }, (_, n) => start + n);
    pages.push(...(await Promise.all(numbers.map((page) => readPage({ page, limit: first.limit })))));
  }
}

/**
 * Merges pages, in their order. The list is complete only if nothing speaks against it: groups that move between pages while they are read
 * can leave another one out.
 *
 * @returns also the number of pages that are known to be missing; at least 1 if there is more in any other way, and 0
 *   if a further page would not help.
 */
function mergePages(pages: readonly ListPage[]): { list: GroupList; missing: number } {
  const groups = new Map<number, Group>();
  const ids = new Set<number>();
  const counts = pages.map((page) => {
    const before = ids.size;
    for (const id of page.rowIds) ids.add(id);
    for (const group of page.groups) groups.set(group.id, group);
    return { rows: new Set(page.rowIds).size, added: ids.size - before };
  });
  const total = largest(pages.map((page) => page.total));
  const hasTotal = total !== undefined && ids.size >= total;
  const isStuck = counts.some(({ rows, added }, index) => index > 0 && added === 0 && !(rows === 0 && hasTotal));
  const missing = (largest(pages.map(({ pageCount }) => pageCount)) ?? 1) - pages.length;
  const hasMore = missing > 0 || pages.at(-1)?.hasNext === true || (total !== undefined && !hasTotal);
  const isRepeated = total === undefined && counts.some(({ rows, added }) => added < rows);
  return {
    list: { groups: [...groups.values()], complete: !hasMore && !isStuck && !isRepeated, total },
    missing: isStuck || !hasMore ? 0 : Math.max(missing, 1),
  };
}

function largest(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
