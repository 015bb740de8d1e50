// A small turning ring: something is going on. What it is stands beside it in words.

export function Spinner({ className = 'size-4' }: { readonly className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      className={`shrink-0 animate-turn ${className}`}
      fill="none"
      strokeWidth="2.4"
      aria-hidden="true"
    >
      <circle cx="12" cy="12" r="8.5" className="stroke-line" />
      <path d="M12 3.5a8.5 8.5 0 0 1 8.5 8.5" className="stroke-accent" strokeLinecap="round" />
    </svg>
  );
}
