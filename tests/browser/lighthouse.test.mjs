// Lighthouse gives the page 100 of 100 for accessibility and for best practices. Its figures of speed
// are of `make measure`: they say more of the machine's load than of the page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { audit } from "./lighthouse/audit.mjs";
import { startParlour } from "./support/parlour.mjs";

let parlour;
before(async () => {
  parlour = await startParlour({ env: { JANUS_URL: undefined } });
});
after(() => parlour?.stop());

for (const path of ["/", "/r/tea"]) {
  test(`${path} has nothing that Lighthouse would have otherwise`, async () => {
    const { scores, failed } = await audit(parlour.url + path, ["accessibility", "best-practices"]);
    assert.deepEqual(failed, []);
    assert.deepEqual(scores, { accessibility: 100, "best-practices": 100 });
  });
}
