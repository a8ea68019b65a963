// Lighthouse gives the page 100 of 100 for accessibility and for best practices. Its figures of speed
// are of `make measure`: they say more of the machine's load than of the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { audit } from "./lighthouse/audit.mjs";
import { setting } from "./support/setting.mjs";

const here = setting({ mode: "mesh", browsers: [] });

for (const path of ["/", "/r/tea"]) {
  test(`${path} has nothing that Lighthouse would have otherwise`, async () => {
    const { scores, failed } = await audit(here.url + path, ["accessibility", "best-practices"]);
    assert.deepEqual(failed, []);
    assert.deepEqual(scores, { accessibility: 100, "best-practices": 100 });
  });
}
