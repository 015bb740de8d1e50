// The files of a session's folder, watched while a turn runs whose agent does not tell what it changes: a look before the agent hears of
// the turn, one after each command or tool, and the last before the turn's end is committed, so that all that is told lies inside the turn.

import type { FileChange, TurnId, Workspaces, WorkTree } from '@parley/schema';
import type { Draft } from './decide/draft.ts';
import { eventOf, findingOf, isAllItsOwn, pathsOf } from './decide/file-changes.ts';
import type { Baseline, Finding, Unclear } from './decide/file-changes.ts';
import { inTime } from './within.ts';
import type { Stay, WorkFolders } from './work-folders.ts';

/** How long (milliseconds) the agent waits for the first look, and the turn's end for the last one. */
const limits = { first: 2000, last: 1000 };

export interface FileWatchOptions {
  readonly cwd: string;
  /** The session's other folders. */
  readonly addedFolders: readonly string[];
  readonly folders: WorkFolders;
  /** Absent where the agent tells its changes itself, or nobody can look: then a turn only counts for the others. */
  readonly workspaces: Workspaces | undefined;
  /** A turn that an earlier daemon had begun, and whether it was said already that its changes are not known. */
  readonly restored: { readonly row: { readonly id: TurnId }; readonly filesUnclear: boolean } | undefined;
  /** Take a step of the session once it has time for it. */
  readonly step: (decide: (draft: Draft) => void) => Promise<void>;
  /** Something went wrong that no caller hears of. */
  readonly report: (text: string, error: unknown) => void;
}

interface Watched {
  readonly turnId: TurnId;
  readonly stay: Stay;
  /** Begun by an earlier daemon: what it changed before is not known. */
  readonly restored: boolean;
  /** Absolute paths that the agent itself said it changes. */
  readonly reported: Set<string>;
  tree: WorkTree | undefined;
  /** Undefined while nothing is told of this turn. */
  baseline: Baseline | undefined;
  saidUnclear: boolean;
  looking: boolean;
  lookAgain: boolean;
  over: boolean;
}

type Look =
  | { readonly changes: readonly FileChange[]; readonly own: boolean; readonly next: Baseline }
  | { readonly unclear: Unclear };

export class FileWatch {
  readonly #options: FileWatchOptions;
  #watched: Watched | undefined;
  /** The first look took too long once: this session's turns do not wait for it again. */
  #tooSlow = false;
  #closed = false;
  /** The turn before is cleaned up. */
  #left: Promise<void> = Promise.resolve();

  constructor(options: FileWatchOptions) {
    this.#options = options;
    const { restored } = options;
    if (restored !== undefined) this.#enter(restored.row.id, true).saidUnclear = restored.filesUnclear;
  }

  /** The turn whose end has to leave room for what is found. */
  get turnId(): TurnId | undefined {
    const watched = this.#watched;
    return watched !== undefined && this.#canTell(watched) ? watched.turnId : undefined;
  }

  /** Before the commit of a step after which `active` runs: the last look, if the watched turn has ended in this step. */
  settle(draft: Draft, active: TurnId | undefined): Promise<void> | undefined {
    const watched = this.#watched;
    if (watched === undefined) return undefined;
    for (const change of draft.reported)
      for (const path of pathsOf(change, this.#options.cwd)) watched.reported.add(path);
    return watched.turnId === active ? undefined : this.#end(watched, draft);
  }

  /** After the commit, before the agent hears of it: watch the turn that runs now, or look again if its files may differ. */
  follow(draft: Draft, active: TurnId | undefined): Promise<void> | undefined {
    if (this.#closed || active === undefined) return undefined;
    const watched = this.#watched;
    if (watched?.turnId === active) {
      if (this.#canTell(watched) && (watched.restored || draft.filesMayDiffer)) this.#lookSoon(watched);
      return undefined;
    }
    const { workspaces } = this.#options;
    const begun = this.#enter(active, false);
    return workspaces === undefined || this.#tooSlow ? undefined : this.#begin(begun, workspaces);
  }

  /** No more looks; nothing of them is left. */
  async close(): Promise<void> {
    this.#closed = true;
    const watched = this.#watched;
    this.#watched = undefined;
    if (watched !== undefined) await leave(watched);
    await this.#left;
  }

  #canTell({ baseline, restored, saidUnclear }: Watched): boolean {
    return baseline !== undefined || (restored && !saidUnclear && this.#options.workspaces !== undefined);
  }

  #enter(turnId: TurnId, restored: boolean): Watched {
    const { cwd, addedFolders, folders } = this.#options;
    this.#watched = {
      turnId,
      stay: folders.enter([cwd, ...addedFolders]),
      restored,
      reported: new Set(),
      tree: undefined,
      baseline: undefined,
      saidUnclear: false,
      looking: false,
      lookAgain: false,
      over: false,
    };
    return this.#watched;
  }

  async #begin(watched: Watched, workspaces: Workspaces): Promise<void> {
    const first = async (): Promise<void> => {
      const tree = await workspaces.open(this.#options.cwd);
      if (tree === undefined) return;
      watched.tree = tree;
      watched.stay.widen(tree.root);
      const baseline = await baselineOf(tree, watched.stay);
      if (watched.over) await tree.close();
      else watched.baseline = baseline;
    };
    const begun = first().catch((error: unknown) => this.#options.report('the first look at files', error));
    if ((await inTime(begun, limits.first, 'late')) !== 'late') return;
    this.#tooSlow = true;
    watched.over = true;
  }

  async #end(watched: Watched, draft: Draft): Promise<void> {
    this.#watched = undefined;
    if (draft.room !== undefined) {
      const late: Look = { unclear: 'unreadable' };
      const look = await inTime(this.#look(watched), limits.last, late);
      const finding = this.#findingOf(watched, look);
      draft.fillRoom(finding === undefined ? [] : [eventOf(finding, watched.turnId, draft.now)]);
    }
    this.#left = leave(watched);
  }

  /** One look at a time; what is asked for meanwhile is one more after it. */
  #lookSoon(watched: Watched): void {
    watched.lookAgain = true;
    if (watched.looking) return;
    watched.looking = true;
    const looking = async (): Promise<void> => {
      while (watched.lookAgain && !watched.over && this.#canTell(watched)) {
        watched.lookAgain = false;
        await this.#say(watched, await this.#look(watched));
      }
      watched.looking = false;
    };
    looking().catch((error: unknown) => this.#options.report('telling what files changed', error));
  }

  async #look(watched: Watched): Promise<Look | undefined> {
    return this.#compare(watched).catch((error: unknown): Look => {
      this.#options.report('a look at files', error);
      return { unclear: 'unreadable' };
    });
  }

  async #compare(watched: Watched): Promise<Look | undefined> {
    if (watched.restored) return this.#lookForRestored(watched);
    const { tree, baseline, stay } = watched;
    if (tree === undefined || baseline === undefined) return undefined;
    const next = await baselineOf(tree, stay);
    const own = isAllItsOwn(baseline, stay.arrivals);
    const changes = next && (await tree.changes(baseline.snapshot, next.snapshot));
    return next === undefined || changes === undefined ? { unclear: 'unreadable' } : { changes, own, next };
  }

  /** There is only something to say where there is a work tree. */
  async #lookForRestored({ stay }: Watched): Promise<Look | undefined> {
    const tree = await this.#options.workspaces?.open(this.#options.cwd);
    if (tree === undefined) return undefined;
    stay.widen(tree.root);
    await tree.close();
    return { unclear: 'restarted' };
  }

  async #say(watched: Watched, look: Look | undefined): Promise<void> {
    if (watched.over || look === undefined) {
      watched.saidUnclear ||= watched.restored; // No work tree, nothing to say.
      return;
    }
    await this.#options.step((draft) => {
      if (this.#watched !== watched) return; // It ended meanwhile, and has had its last look.
      const finding = this.#findingOf(watched, look);
      if (finding !== undefined) draft.emit(eventOf(finding, watched.turnId, draft.now));
    });
  }

  /** What of a look is worth telling; the next look is compared with this one. That something is unclear is told once. */
  #findingOf(watched: Watched, look: Look | undefined): Finding | undefined {
    if (look === undefined) return undefined;
    const { reported } = watched;
    watched.baseline = 'next' in look ? look.next : undefined;
    const finding = 'next' in look ? findingOf(look.changes, { ...look, reported, cwd: this.#options.cwd }) : look;
    if (finding === undefined || 'changes' in finding) return finding;
    const isNews = !watched.saidUnclear;
    watched.saidUnclear = true;
    return isNews ? finding : undefined;
  }
}

async function baselineOf(tree: WorkTree, { alone, arrivals }: Stay): Promise<Baseline | undefined> {
  const snapshot = await tree.snapshot();
  return snapshot && { snapshot, alone, arrivals };
}

async function leave(watched: Watched): Promise<void> {
  watched.over = true;
  watched.stay.leave();
  await watched.tree?.close();
}
