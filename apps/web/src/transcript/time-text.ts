// Times and durations for people.

/** `0.4 s`, `12 s`, `3 m 05 s`, `1 h 02 m`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two((seconds % 3600) / 60)} m`;
}

/** `0:07`, `12:30`, `1:02:30`: for countdowns and running clocks. Never negative. */
export function clockText(milliseconds: number): string {
  const total = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** `now`, `5 min`, `3 h`, `yesterday`, `4 days`, `12 Mar`: short enough for a list. */
export function agoText(at: number, now: number): string {
  const minutes = (now - at) / 60_000;
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${Math.floor(minutes)} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
  const days = Math.floor(minutes / (24 * 60));
  if (days === 1) return 'yesterday';
  if (days < 7) return `${days} days`;
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
}
