import fc from "fast-check";
import { describeIncomplete, readPages, type PageFields } from "../../client/pages";
import { readList, type GroupList } from "../../client/responses";

type Answer = Record<string, unknown>;

const rows = (...ids: number[]) => ids.map((id) => ({ id, name: `Group ${id}` }));
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

/** Reads a list from a server. Returns the list and which pages were asked for. */
async function read(server: (fields: PageFields) => Answer, isEnough = () => false, concurrency = 4) {
  const asked: (number | undefined)[] = [];
  const list = await readPages(
    (fields) => {
      asked.push(fields.page);
      const value = { status: "success", code: 200, ...server(fields) };
      return Promise.resolve(readList("list", { httpStatus: 200, headers: {}, text: "", json: { value } }));
    },
    concurrency,
    isEnough,
  );
  return { list, ids: list.groups.map(({ id }) => id).toSorted((a, b) => a - b), asked };
}

/** Answers a list of fixed pages. A page beyond the last one is empty. */
const fixed =
  (pages: readonly (readonly object[])[], info: (page: number) => Answer, base = 1) =>
  ({ page = base }: PageFields): Answer => ({ response: pages[page - base] ?? [], ...info(page) });

test.each<[string, (fields: PageFields) => Answer, number[], boolean, (number | undefined)[]]>([
  [
    "one page",
    fixed([rows(1, 2)], () => ({ currentPage: 1, totalPages: 1, totalRecords: 2 })),
    [1, 2],
    true,
    [undefined],
  ],
  [
    "five pages",
    fixed([rows(1, 2), rows(3, 4), rows(5, 6), rows(7, 8), rows(9)], (page) => ({ currentPage: page, totalPages: 5 })),
    range(1, 9),
    true,
    [undefined, 2, 3, 4, 5],
  ],
  [
    "numbers as text",
    fixed([rows(1, 2), rows(3)], (page) => ({ currentPage: `${page}`, totalPages: "2", totalRecords: "3" })),
    [1, 2, 3],
    true,
    [undefined, 2],
  ],
  [
    "pages that count from 0",
    fixed([rows(1, 2), rows(3, 4), rows(5)], (page) => ({ currentPage: page, totalPages: 3 }), 0),
    [1, 2, 3, 4, 5],
    true,
    [undefined, 1, 2],
  ],
  ["totalRecords alone", fixed([rows(1, 2), rows(3)], () => ({ totalRecords: 3 })), [1, 2, 3], true, [undefined, 2]],
  [
    "hasMore",
    fixed([rows(1), rows(2), rows(3)], (page) => ({ hasMore: page < 3 })),
    [1, 2, 3],
    true,
    [undefined, 2, 3],
  ],
  ["hasMore as text", fixed([rows(1)], () => ({ hasMore: "false", next: "0" })), [1], true, [undefined]],
  [
    "the number of the next page",
    fixed([rows(1), rows(2)], (page) => ({ nextPage: page === 0 ? 1 : null }), 0),
    [1, 2],
    true,
    [undefined, 1],
  ],
  [
    "rows that are marked as deleted, and a page of them alone",
    fixed([rows(1), [{ id: 2, isDeleted: 1 }], rows(3)], () => ({ totalPages: 3, totalRecords: 3 })),
    [1, 3],
    true,
    [undefined, 2, 3],
  ],
  [
    "an empty last page, although everything was read",
    fixed([rows(1), rows(2), []], () => ({ totalPages: 3, totalRecords: 2 })),
    [1, 2],
    true,
    [undefined, 2, 3],
  ],
  [
    "a server that ignores page",
    () => ({ response: rows(1, 2), currentPage: 1, totalPages: 10, totalRecords: 20 }),
    [1, 2],
    false,
    [undefined, 2],
  ],
  [
    "a server that ignores page and counts the rows of the page",
    () => ({ response: rows(1, 2), totalPages: 10, count: 2 }),
    [1, 2],
    false,
    [undefined, 2],
  ],
  [
    "a server that has more, but does not say where",
    () => ({ response: rows(1), hasMore: true }),
    [1],
    false,
    [undefined, 2],
  ],
  ["an empty last page, without a total", fixed([rows(1), []], () => ({ totalPages: 2 })), [1], false, [undefined, 2]],
  ["an empty page in between", fixed([rows(1), [], rows(3)], () => ({ totalPages: 3 })), [1], false, [undefined, 2]],
  [
    "a group that moves to a later page while the list is read, so that another one is not seen",
    fixed([rows(1, 2), rows(2, 4)], () => ({ totalPages: 2 })),
    [1, 2, 4],
    false,
    [undefined, 2],
  ],
  [
    "the same with a total",
    fixed([rows(1, 2), rows(2, 4)], () => ({ totalPages: 2, totalRecords: 4 })),
    [1, 2, 4],
    false,
    [undefined, 2, 3],
  ],
  [
    "a group that was seen twice, although nothing is missing",
    fixed([rows(1, 2), rows(2, 3)], () => ({ totalPages: 2, totalRecords: 3 })),
    [1, 2, 3],
    true,
    [undefined, 2],
  ],
  [
    "a group that is created while the list is read",
    fixed([rows(1, 2), rows(3, 4), rows(5)], (page) => ({
      totalPages: page < 2 ? 2 : 3,
      totalRecords: page < 2 ? 4 : 5,
    })),
    [1, 2, 3, 4, 5],
    true,
    [undefined, 2, 3],
  ],
  [
    "a group that is deleted while the list is read",
    fixed([rows(1, 2), rows(4)], (page) => ({ totalPages: 2, totalRecords: page < 2 ? 4 : 3 })),
    [1, 2, 4],
    false,
    [undefined, 2, 3],
  ],
  [
    "a total that one page cannot have",
    () => ({ response: rows(1), totalPages: 1, totalRecords: 3 }),
    [1],
    false,
    [undefined, 2],
  ],
])("%s", async (_, server, ids, complete, asked) => {
  const result = await read(server);
  expect(result).toMatchObject({ ids, asked });
  expect(result.list.complete).toBe(complete);
});

test("the later pages are asked for with the limit of the first answer", async () => {
  const limits: unknown[] = [];
  await read(({ page = 1, limit }) => {
    limits.push(limit);
    return { response: rows(page), totalPages: 2, limit: "20" };
  });
  expect(limits).toEqual([undefined, 20]);
});

test("pages are read together, but never more than allowed", async () => {
  let [open, most] = [0, 0];
  const list = await readPages(
    async ({ page = 1 }) => {
      most = Math.max(most, ++open);
      await Promise.resolve();
      open--;
      const value = { status: "success", code: 200, response: rows(page), totalPages: 30 };
      return readList("list", { httpStatus: 200, headers: {}, text: "", json: { value } });
    },
    8,
    () => false,
  );
  expect([list.groups.length, list.complete, most]).toEqual([30, true, 8]);
});

test("a server that always has more is not asked forever, and the list is incomplete", async () => {
  const endless = await read(({ page = 1 }) => ({ response: rows(page), totalPages: 1e15, totalRecords: 1e15 }));
  expect([endless.asked.length, endless.list.complete, endless.list.total]).toEqual([1_000, false, 1e15]);
});

test("a page that fails makes the list fail", async () => {
  const server = ({ page = 1 }: PageFields): Answer =>
    page === 3 ? { response: "?" } : { response: rows(page), totalPages: 4 };
  await expect(read(server)).rejects.toThrow("no list of groups");
});

test("nothing is read after the page that is enough", async () => {
  const { asked } = await read(
    fixed([rows(1), rows(2)], () => ({ totalPages: 2 })),
    () => true,
  );
  expect(asked).toEqual([undefined]);
});

test.each<[Omit<GroupList, "complete">, string]>([
  [{ groups: [], total: 60 }, "Deepcall returned 0 of 60 groups"],
  [{ groups: [] }, "Deepcall reported more groups than the 0 it returned"],
  [{ groups: [], total: 0 }, "Deepcall reported more groups than the 0 it returned"],
])("%j: %s", (list, text) => {
  expect(describeIncomplete({ ...list, complete: false })).toBe(text);
});

// A group that is created while another one is deleted keeps the total, so this cannot be noticed: no list proves absence.
test("a list that claims to be complete has every group that was there all the time, while others are created or deleted", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom("create", "delete"),
      fc.array(fc.option(fc.integer({ min: 1, max: 60 }), { freq: 2 }), { maxLength: 40 }),
      fc.boolean(),
      async (start, size, change, changed, ignoresPage) => {
        let groups = start;
        const always = new Set(start);
        const pending = [...changed];
        const { list, ids } = await read(({ page = 1 }) => {
          const id = pending.shift();
          if (typeof id === "number" && change === "create" && !groups.includes(id)) groups = [...groups, id];
          if (typeof id === "number" && change === "delete") {
            groups = groups.filter((other) => other !== id);
            always.delete(id);
          }
          const first = ignoresPage ? 0 : (page - 1) * size;
          return {
            response: rows(...groups.slice(first, first + size)),
            totalPages: Math.ceil(groups.length / size),
            totalRecords: groups.length,
          };
        });
        if (list.complete) expect(ids).toEqual(expect.arrayContaining([...always]));
      },
    ),
    { seed: 23, numRuns: 2_000 },
  );
});
