// The schema, as the list of all its steps. What has been released is never edited: add a step.
//
// Columns are what is searched or ordered by; the rest of a thing is its JSON. Sessions and runs have short numbers of their own for
// the tables that hang on them. Events are a table with rowids. Measured against WITHOUT ROWID: with 180-byte events it inserts and reads
// alike (650,000 and 2,000,000 rows/s), with 1,500-byte ones it takes half the space and time (there, such a row needs a page of its own).
// A text key instead of the number costs 15 % of time and 20 % of space; the foreign key 3 % with a number.

import type { Migration } from './migrate.ts';

export const migrations: readonly Migration[] = [
  {
    name: 'sessions and all that belongs to them',
    sql: `
      CREATE TABLE sessions (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        updated_at REAL NOT NULL,
        json TEXT NOT NULL
      ) STRICT;

      CREATE TABLE events (
        session INTEGER NOT NULL REFERENCES sessions (n) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        delta INTEGER NOT NULL,
        json TEXT NOT NULL,
        PRIMARY KEY (session, seq)
      ) STRICT;

      CREATE TABLE turns (
        n INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (n) ON DELETE CASCADE,
        id TEXT NOT NULL,
        open INTEGER NOT NULL,
        queue_order REAL,
        queued_at REAL NOT NULL,
        json TEXT NOT NULL,
        UNIQUE (session, id)
      ) STRICT;
      CREATE INDEX turns_by_age ON turns (session, queued_at, n);
      CREATE INDEX turns_open ON turns (session, queue_order, n) WHERE open = 1;

      CREATE TABLE approvals (
        n INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (n) ON DELETE CASCADE,
        id TEXT NOT NULL UNIQUE,
        pending INTEGER NOT NULL,
        json TEXT NOT NULL
      ) STRICT;
      CREATE INDEX approvals_by_session ON approvals (session, n);
      CREATE INDEX approvals_pending ON approvals (n) WHERE pending = 1;

      CREATE TABLE runs (
        n INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (n) ON DELETE CASCADE,
        id TEXT NOT NULL UNIQUE,
        record TEXT,
        stdout_offset INTEGER NOT NULL,
        context TEXT NOT NULL
      ) STRICT;
      CREATE INDEX runs_by_session ON runs (session);

      CREATE TABLE journal (
        run INTEGER NOT NULL REFERENCES runs (n) ON DELETE CASCADE,
        n INTEGER NOT NULL,
        after_offset INTEGER NOT NULL,
        input TEXT NOT NULL,
        PRIMARY KEY (run, n)
      ) STRICT;

      CREATE TABLE idempotency (
        session INTEGER NOT NULL REFERENCES sessions (n) ON DELETE CASCADE,
        key TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        result TEXT NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (session, key)
      ) STRICT;
      CREATE INDEX idempotency_by_age ON idempotency (at);
    `,
  },
  {
    name: 'how the agent of a session is spoken to',
    sql: `
      UPDATE sessions SET json = json_set(json, '$.mode', CASE json ->> 'agent' WHEN 'codex' THEN 'app-server' ELSE 'stream-json' END)
      WHERE json ->> 'mode' IS NULL;
    `,
  },
  {
    name: 'turns by their id alone',
    sql: 'CREATE INDEX turns_by_id ON turns (id);',
  },
  {
    name: 'long texts in pieces',
    sql: `
      CREATE TABLE long_texts (
        n INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (n) ON DELETE CASCADE
      ) STRICT;
      CREATE INDEX long_texts_by_session ON long_texts (session);
      CREATE TABLE long_text_pieces (
        text INTEGER NOT NULL REFERENCES long_texts (n) ON DELETE CASCADE,
        part INTEGER NOT NULL,
        piece TEXT NOT NULL,
        PRIMARY KEY (text, part)
      ) STRICT;
      ALTER TABLE events ADD COLUMN long INTEGER;
      ALTER TABLE turns ADD COLUMN long INTEGER;
      CREATE INDEX events_long ON events (long) WHERE long IS NOT NULL;
      CREATE INDEX turns_long ON turns (long) WHERE long IS NOT NULL;
    `,
  },
  {
    name: 'consultations',
    sql: `
      CREATE TABLE consultations (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL,
        started_at REAL NOT NULL,
        ended_at REAL,
        key TEXT UNIQUE,
        fingerprint TEXT,
        summary TEXT NOT NULL,
        record TEXT NOT NULL
      ) STRICT;
      CREATE INDEX consultations_by_age ON consultations (started_at, n);
      CREATE INDEX consultations_running ON consultations (n) WHERE status = 'running';
    `,
  },
  {
    name: 'requests that were accepted',
    sql: `
      CREATE TABLE accepted_requests (
        n INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (n) ON DELETE CASCADE,
        key TEXT UNIQUE,
        digest TEXT,
        at REAL NOT NULL,
        json TEXT NOT NULL
      ) STRICT;
      CREATE INDEX accepted_requests_by_session ON accepted_requests (session);
      CREATE INDEX accepted_requests_by_digest ON accepted_requests (digest, at) WHERE digest IS NOT NULL;
      CREATE INDEX accepted_requests_by_age ON accepted_requests (at);
    `,
  },
  {
    name: 'records of requests, which outlive their sessions',
    sql: `
      CREATE TABLE records (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        agent TEXT NOT NULL,
        status TEXT NOT NULL,
        correlation TEXT,
        queued_at REAL NOT NULL,
        ended_at REAL,
        json TEXT NOT NULL
      ) STRICT;
      CREATE INDEX records_by_agent ON records (agent, n);
      CREATE INDEX records_by_status ON records (status, n);
      CREATE INDEX records_by_correlation ON records (correlation, n) WHERE correlation IS NOT NULL;
      CREATE INDEX records_by_end ON records (ended_at);
    `,
  },
  {
    name: 'decisions about requests, which outlive their sessions',
    sql: `
      CREATE TABLE request_approvals (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        agent TEXT NOT NULL,
        at REAL NOT NULL,
        json TEXT NOT NULL
      ) STRICT;
      CREATE INDEX request_approvals_by_age ON request_approvals (at, n);
      CREATE INDEX request_approvals_by_agent ON request_approvals (agent, at, n);
    `,
  },
];
