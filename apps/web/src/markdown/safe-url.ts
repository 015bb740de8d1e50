// Which addresses a link may lead to: http, https and mailto. Agents read what strangers wrote.

/** The address as a link may have it, or undefined when it must stay text (other schemes, relative paths, nonsense). */
export function safeUrl(href: string): string | undefined {
  if (!/^(?:https?:\/\/|mailto:)/i.test(href)) return undefined;
  try {
    return new URL(href).href;
  } catch {
    return undefined;
  }
}
