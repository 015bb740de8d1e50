// The MCP door offers what the drivers have, and says so without asking the daemon.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestTools } from '@parley/doors/mcp';
import { drivers } from '@parley/drivers';

for (const { name, agent, options = [] } of requestTools) {
  test(`${name}_request offers the options that a mode of its agent has, and no other`, () => {
    const had = drivers.filter((driver) => driver.agent === agent).flatMap((driver) => driver.options ?? []);
    assert.deepEqual(options.toSorted(), [...new Set(had)].toSorted());
  });
}
