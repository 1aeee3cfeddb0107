// A lesson in a link's fragment.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readLink, writeLink } from "../../../aecore/viewer/js/widgets/lesson_list/link.js";

const MOST = 8 * 1024;
const PAGE = "https://example.org/app/lessons?model=plane";

test("a lesson comes back as it went into the link", async () => {
  const source = 'title = "Größe"\n' + "# → ".repeat(500);

  const link = new URL(await writeLink(source, "size", PAGE));

  assert.equal(link.pathname, "/app/lessons");
  assert.match(link.hash, /^#lesson=[\w-]+&name=size$/);
  assert.deepEqual(await readLink(link.hash, MOST), { name: "size", source });
});

test("a link that unpacks to much is cut short, and a damaged one has no lesson", async () => {
  const bomb = new URL(await writeLink("x".repeat(5_000_000), "bomb", PAGE));

  assert.equal((await readLink(bomb.hash, MOST)).source.length, MOST + 1);
  assert.match((await readLink("#lesson=AAAA", MOST)).source, /damaged/);
  assert.equal(await readLink("#elsewhere", MOST), null);
});
