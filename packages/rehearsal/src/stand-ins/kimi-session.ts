// The sessions of the legacy Kimi stand-in on disk: `kimi.json` and `sessions/<md5 of the folder>/<id>/`, as kimi 1.49.0 leaves them.
import { createHash, randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../conversation.ts';

interface WorkDir {
  readonly path: string;
  readonly kaos: 'local';
  readonly last_session_id: string | null;
}

interface SavedState {
  readonly approval: { readonly yolo: boolean; readonly auto_approve_actions: readonly string[] };
}

/** One conversation: what was said in it, and the kinds of approvals that were given for all of it. */
export class KimiSession {
  readonly id: string;
  readonly entries: Entry[];
  readonly allowed: Set<string>;
  readonly #share: string;
  readonly #cwd: string;
  readonly #folder: string;

  private constructor(share: string, cwd: string, id: string) {
    this.id = id;
    this.#share = share;
    this.#cwd = cwd;
    this.#folder = join(share, 'sessions', createHash('md5').update(cwd).digest('hex'), id);
    const isNew = !existsSync(this.#folder);
    mkdirSync(this.#folder, { recursive: true });
    this.entries = this.#rows('context.jsonl').flatMap(({ entry }) => (isEntry(entry) ? [entry] : []));
    const state = readJson<SavedState>(join(this.#folder, 'state.json'));
    this.allowed = new Set(state?.approval.auto_approve_actions);
    if (isNew) this.record({ type: 'metadata', protocol_version: '1.10' });
  }

  /** The one with this id, which is made where it is missing; else the folder's last (or undefined); else a new one. */
  static open(
    share: string,
    cwd: string,
    wanted: { readonly id: string | undefined; readonly latest: boolean },
  ): KimiSession | undefined {
    if (wanted.id !== undefined) return new KimiSession(share, cwd, wanted.id);
    if (!wanted.latest) return new KimiSession(share, cwd, randomUUID());
    const last = workDirsOf(share).find(({ path }) => path === cwd)?.last_session_id;
    return last === undefined || last === null ? undefined : new KimiSession(share, cwd, last);
  }

  /** `role` is what kimi writes; the rest is for the stand-in to read back. */
  add(entry: Entry): void {
    this.entries.push(entry);
    const role = { person: 'user', answer: 'assistant', call: 'assistant', result: 'tool' }[entry.kind];
    this.#append('context.jsonl', { role, content: 'text' in entry ? entry.text : '', entry });
  }

  /** A row of `wire.jsonl`. */
  record(row: object): void {
    this.#append('wire.jsonl', row);
  }

  allow(action: string): void {
    this.allowed.add(action);
    const state: SavedState = { approval: { yolo: false, auto_approve_actions: [...this.allowed] } };
    writeFileSync(join(this.#folder, 'state.json'), JSON.stringify(state));
  }

  /** The folder's last session is the one that ended well last. */
  remember(): void {
    const others = workDirsOf(this.#share).filter(({ path }) => path !== this.#cwd);
    const mine: WorkDir = { path: this.#cwd, kaos: 'local', last_session_id: this.id };
    const file = join(this.#share, 'kimi.json');
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify({ work_dirs: [...others, mine] }));
    renameSync(draft, file);
  }

  /** A session in which nothing was said leaves nothing. */
  close(): void {
    if (this.entries.length === 0) rmSync(this.#folder, { recursive: true, force: true });
  }

  #append(name: string, row: object): void {
    appendFileSync(join(this.#folder, name), `${JSON.stringify(row)}\n`);
  }

  #rows(name: string): readonly { readonly entry?: unknown }[] {
    const file = join(this.#folder, name);
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as { readonly entry?: unknown });
  }
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

function workDirsOf(share: string): readonly WorkDir[] {
  return readJson<{ readonly work_dirs: readonly WorkDir[] }>(join(share, 'kimi.json'))?.work_dirs ?? [];
}

function readJson<T>(file: string): T | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined;
}
