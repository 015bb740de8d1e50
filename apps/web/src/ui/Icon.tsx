// The page's icons: one stroke weight, drawn on 24 × 24. They only accompany words, so they are hidden from screen readers.

const paths = {
  menu: 'M4 7h16M4 12h16M4 17h16',
  plus: 'M12 5v14M5 12h14',
  send: 'M12 19V5M6 11l6-6 6 6',
  'chevron-right': 'M9 6l6 6-6 6',
  'chevron-down': 'M6 9l6 6 6-6',
  'arrow-up': 'M12 19V5M6 11l6-6 6 6',
  'arrow-down': 'M12 5v14M6 13l6 6 6-6',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  x: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  terminal: 'M4 6l6 6-6 6M13 18h7',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  pencil: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5',
  folder: 'M3 6h6l2 2.5h10V19H3z',
  up: 'M9 14L4 9l5-5M4 9h10a6 6 0 0 1 6 6v5',
  thought: 'M12 4a6 6 0 0 0-3.5 10.9c.6.5 1 1.2 1 2.1h5c0-.9.4-1.6 1-2.1A6 6 0 0 0 12 4zM10 20.5h4',
  tool: 'M14.5 6.5a4 4 0 0 1 5-1.3L17 7.7l.7 2.6 2.6.7 2.4-2.5a4 4 0 0 1-5.7 4.4L9.4 20.5a2 2 0 0 1-2.9-2.9L14 10a4 4 0 0 1 .5-3.5z',
  list: 'M10 6h10M10 12h10M10 18h10M4 6l1 1 2-2M4 12l1 1 2-2M4.5 18h1.5',
  warning: 'M12 4l9 16H3zM12 10v4.5M12 17.2v.3',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5.5M12 7.7v.3',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  screen: 'M3 5h18v11H3zM9 20h6M12 16v4',
  sliders: 'M4 8h9M17 8h3M4 16h3M11 16h9M13 5.8v4.4M17 5.8v4.4M7 13.8v4.4M11 13.8v4.4M13 8h4M7 16h4',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5.5l3.5 2',
  hand: 'M12 3l8 3v6c0 4.5-3.2 7.6-8 9-4.8-1.4-8-4.5-8-9V6zM9 12l2.2 2.2L15.5 10',
  question: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.3 9.3a2.7 2.7 0 1 1 4 2.6c-.8.5-1.3 1-1.3 2M12 16.8v.3',
  download: 'M12 4v11M7 10.5l5 5 5-5M5 20h14',
  again: 'M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 3.5V8H15',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21',
  queue: 'M4 6h12M4 11h12M4 16h6M17 13v7l4-3.5z',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, className = 'size-4' }: { readonly name: IconName; readonly className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      className={`shrink-0 ${className}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
