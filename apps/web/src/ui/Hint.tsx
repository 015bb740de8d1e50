// A sentence from the daemon whose commands stand in backticks.

export function Hint({ text }: { readonly text: string }) {
  return text.split('`').map((part, index) =>
    index % 2 === 1 ? (
      <code key={index} className="font-mono text-text">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
