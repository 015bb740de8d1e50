import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ParleyError } from '@parley/schema';
import type { ErrorCode } from '@parley/schema';
import { consultationsContract } from '../consultations-contract.ts';
import { openStore } from '../open-store.ts';
import { storeContract } from '../store-contract.ts';
import { aChange, aSession, someEvents, temporaryFolder } from '../testing.ts';
import { migrate } from './migrate.ts';

const inSqlite = (t: TestContext) => {
  const file = path.join(temporaryFolder(t), 'state', 'parley.db');
  return {
    async open() {
      const store = await openStore({ file });
      t.after(() => store.close());
      return store;
    },
  };
};

storeContract('SQLite', inSqlite);
consultationsContract('SQLite', inSqlite);

const refused = (code: ErrorCode) => (error: unknown) => ParleyError.is(error) && error.code === code;

test('the files of the store are for their owner alone', async (t) => {
  const folder = path.join(temporaryFolder(t), 'state');
  const store = await openStore({ file: path.join(folder, 'parley.db') });
  const session = aSession();
  await store.commit(aChange(session.id, { session, durable: true }));
  const names = fs.readdirSync(folder).toSorted();
  assert.deepEqual(names, ['parley.db', 'parley.db-shm', 'parley.db-wal']);
  for (const name of names) assert.equal(fs.statSync(path.join(folder, name)).mode & 0o777, 0o600, name);
  assert.equal(fs.statSync(folder).mode & 0o777, 0o700);
  await store.close();
});

test('a long text that no change came to name is gone with the next opening, and all go with their session', async (t) => {
  const file = path.join(temporaryFolder(t), 'parley.db');
  const session = aSession();
  const store = await openStore({ file });
  await store.commit(aChange(session.id, { session, durable: true }));
  const long = { seq: 1, json: JSON.stringify('x'.repeat(2_000_000)), delta: false };
  await store.commit(aChange(session.id, { events: [long] }));
  // The same number again fails, after its text has been written.
  await assert.rejects(store.commit(aChange(session.id, { events: [long] })), ParleyError);
  await store.close();
  const pieces = (): unknown => {
    const database = new DatabaseSync(file);
    const rows = database.prepare('SELECT text, count(*) AS pieces FROM long_text_pieces GROUP BY text').all();
    database.close();
    return rows.map((row) => row['pieces']);
  };
  assert.deepEqual(pieces(), [2, 2]);
  const again = await openStore({ file });
  assert.deepEqual(pieces(), [2]);
  await again.deleteSession(session.id);
  assert.deepEqual(pieces(), []);
  await again.close();
});

test('a file that is no database is refused', async (t) => {
  const file = path.join(temporaryFolder(t), 'parley.db');
  fs.writeFileSync(file, 'These are notes of somebody.'.repeat(100));
  await assert.rejects(openStore({ file }), refused('state_corrupt'));
});

test('a store of a newer Parley, and one with another past, are refused and not changed', async (t) => {
  const file = path.join(temporaryFolder(t), 'parley.db');
  await openStore({ file }).then((store) => store.close());
  const edit = (sql: string): void => {
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
  };
  edit("INSERT INTO migrations VALUES (1000, 'from the future', 'x', 0)");
  await assert.rejects(openStore({ file }), refused('state_newer'));
  edit("DELETE FROM migrations WHERE number = 1000; UPDATE migrations SET checksum = 'x' WHERE number = 1");
  await assert.rejects(openStore({ file }), refused('state_corrupt'));
});

test('migrations run once each, in one transaction', (t) => {
  const database = new DatabaseSync(path.join(temporaryFolder(t), 'x.db'));
  const first = { name: 'first', sql: 'CREATE TABLE a (x)' };
  const second = { name: 'second', sql: 'ALTER TABLE a ADD COLUMN y; CREATE TABLE b (x)' };
  const broken = { name: 'broken', sql: 'CREATE TABLE c (x); CREATE TABLE b (x)' };
  const tables = (): unknown[] =>
    database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .all()
      .map(({ name }) => name);
  migrate(database, [first]);
  assert.throws(() => migrate(database, [first, second, broken]));
  assert.deepEqual(tables(), ['a', 'migrations']);
  migrate(database, [first, second]);
  migrate(database, [first, second]);
  assert.deepEqual(tables(), ['a', 'b', 'migrations']);
  database.close();
});

test('what was acknowledged survives SIGKILL, and no change is there in part', async (t) => {
  const file = path.join(temporaryFolder(t), 'parley.db');
  const session = aSession();
  const batch = 20;
  const program = `
    import { openStore } from ${JSON.stringify(import.meta.resolve('../open-store.ts'))};
    import { aChange, someEvents } from ${JSON.stringify(import.meta.resolve('../testing.ts'))};
    import fs from 'node:fs';
    const session = ${JSON.stringify(session)};
    const store = await openStore({ file: ${JSON.stringify(file)} });
    let head = (await store.session(session.id))?.head ?? 0;
    for (;;) {
      const next = head + ${batch};
      await store.commit(aChange(session.id, {
        session: { ...session, head: next },
        events: someEvents(head + 1, next, () => true),
        run: { runId: 'run_1', offset: next },
        ...(next % 100 === 0 && { pruneDeltas: { from: 0, to: next - 100 } }),
        durable: next % 3 === 0,
      }));
      head = next;
      fs.writeSync(1, head + '\\n');
    }`;
  let before = 0;
  for (const acknowledgements of [1, 7, 60, 200, 333]) {
    const child = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let seen = 0;
    let acknowledged = 0;
    for await (const line of createInterface(child.stdout)) {
      acknowledged = Number(line);
      if (++seen === acknowledgements) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    assert.ok(acknowledged > before);
    before = acknowledged;

    const store = await openStore({ file });
    const head = (await store.session(session.id))?.head ?? 0;
    assert.ok(
      head === acknowledged || head === acknowledged + batch,
      `${acknowledged} was acknowledged, ${head} is there`,
    );
    const pruned = Math.max(0, Math.floor(head / 100) * 100 - 100);
    const seqs = (await store.events(session.id, { after: 0, limit: 1_000_000 })).map(({ seq }) => seq);
    assert.deepEqual(
      seqs,
      someEvents(Math.max(1, pruned), head).map(({ seq }) => seq),
    );
    assert.equal((await store.runs())[0]?.offset, head);
    await store.close();
  }
});
