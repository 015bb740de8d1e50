// Words to begin with, for somebody who has nothing in mind yet.

const suggestions = ['What is in this folder?', 'Explain this project to me', 'Create hello.txt with a greeting'];

export function Suggestions({ onChoose }: { readonly onChoose: (text: string) => void }) {
  return (
    <ul aria-label="Suggestions" className="flex gap-2 overflow-x-auto pb-1 [scrollbar-width:none]">
      {suggestions.map((text) => (
        <li key={text} className="shrink-0">
          <button
            type="button"
            onClick={() => onChoose(text)}
            className="min-h-8 rounded-full border border-line bg-surface px-3 text-sm text-muted hover:bg-hover hover:text-text pointer-coarse:min-h-10"
          >
            {text}
          </button>
        </li>
      ))}
    </ul>
  );
}
