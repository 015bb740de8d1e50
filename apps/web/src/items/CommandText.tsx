// A shell command in full, with its folder.

export function CommandText({ command, cwd }: { readonly command: string; readonly cwd?: string | undefined }) {
  return (
    <div className="max-h-[40vh] overflow-auto rounded-lg border border-line bg-sunken px-2.5 py-2 font-mono text-xs leading-5">
      {cwd !== undefined && <div className="mb-0.5 text-muted wrap-anywhere">in {cwd}</div>}
      <div className="whitespace-pre-wrap wrap-anywhere">
        <span aria-hidden="true" className="text-muted select-none">
          ${' '}
        </span>
        {command}
      </div>
    </div>
  );
}
