// Chooses a folder: typed with completion, or picked step by step from the same list.

import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { Icon } from '../ui/Icon.tsx';
import type { IconName } from '../ui/Icon.tsx';
import { folderQuery, joinPath, matching } from './folder-completion.ts';
import { useFolders } from './use-folders.ts';

interface Props {
  readonly value: string;
  readonly onChange: (path: string) => void;
  /** Folders of earlier sessions, newest first. */
  readonly recent: readonly string[];
}

interface Choice {
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
  /** Choosing it ends the choice; otherwise its folders are listed next. */
  readonly final: boolean;
}

const mostShown = 200;

export function FolderField({ value, onChange, recent }: Props) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState(false);
  const [active, setActive] = useState(-1);
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const query = folderQuery(value);
  const { page, problem } = useFolders(open ? query?.parent : undefined);

  const folders: readonly Choice[] = matching(page?.folders ?? [], query?.beginning ?? '')
    .slice(0, mostShown)
    .map((name) => ({ path: `${joinPath(page?.path ?? '/', name)}/`, label: name, icon: 'folder', final: false }));
  const up: readonly Choice[] =
    page?.parent === undefined || typed
      ? []
      : [{ path: withSlash(page.parent), label: 'One folder up', icon: 'up', final: false }];
  const earlier: readonly Choice[] = typed
    ? []
    : recent
        .filter((path) => path !== value.replace(/\/$/, ''))
        .map((path) => ({ path, label: path, icon: 'clock', final: true }));
  const choices = [...earlier, ...up, ...folders];

  useEffect(() => {
    if (active >= 0) document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, id]);

  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const choose = (choice: Choice) => {
    onChange(choice.path);
    setTyped(false);
    setActive(-1);
    if (choice.final) close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const chosen = choices[active];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!open) setOpen(true);
      else
        setActive(
          (active + (event.key === 'ArrowDown' ? 1 : choices.length - (active < 0 ? 0 : 1))) %
            Math.max(1, choices.length),
        );
    } else if (event.key === 'Enter' && open && chosen !== undefined) choose(chosen);
    else if (event.key === 'Enter' && open) close();
    else if (
      event.key === 'Tab' &&
      open &&
      typed &&
      !event.shiftKey &&
      folders[0] !== undefined &&
      query?.beginning !== ''
    )
      choose(folders[0]);
    else if (event.key === 'Escape' && open) close();
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={root}
      className="relative"
      onBlur={(event) => {
        if (root.current?.contains(event.relatedTarget) !== true) close();
      }}
    >
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        Folder
      </label>
      <div className="relative">
        <Icon
          name="folder"
          className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted"
        />
        <input
          id={id}
          role="combobox"
          aria-expanded={open}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
          className="field pr-10 pl-9 font-mono text-sm"
          value={value}
          placeholder="/path/to/your/project"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          onChange={(event) => {
            onChange(event.target.value);
            setTyped(true);
            setActive(-1);
            setOpen(true);
          }}
          onClick={() => setOpen(true)}
          onKeyDown={onKeyDown}
        />
        <button
          type="button"
          aria-label={open ? 'Close the list of folders' : 'Browse folders'}
          title="Browse folders"
          className="absolute inset-y-0 right-0 flex w-10 items-center justify-center rounded-r-lg text-muted hover:text-text"
          onClick={() => {
            if (open) return close();
            if (value !== '' && !value.endsWith('/')) onChange(`${value}/`);
            setTyped(false);
            setOpen(true);
            document.getElementById(id)?.focus();
          }}
        >
          <Icon name="chevron-down" className={`size-4 ${open ? 'rotate-180' : ''}`} />
        </button>
      </div>
      {open && (choices.length > 0 || problem !== undefined) && (
        <div className="absolute z-10 mt-1 max-h-72 w-full animate-rise overflow-y-auto rounded-xl border border-line bg-surface p-1 shadow-float">
          {problem !== undefined && <p className="px-3 py-2 text-sm text-muted">{problem}</p>}
          <div id={`${id}-list`} role="listbox" aria-label="Folders">
            {choices.map((choice, index) => (
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are the combobox's
              <div
                key={`${choice.icon} ${choice.path}`}
                id={`${id}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === active}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => choose(choice)}
                className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-lg px-3 text-sm hover:bg-hover aria-selected:bg-hover pointer-coarse:min-h-11"
              >
                <Icon name={choice.icon} className="size-4 text-muted" />
                <span className="min-w-0 truncate">{choice.label}</span>
              </div>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}
