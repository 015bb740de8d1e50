// The smallest contents of each kind.

import type { AudioContent, CallToolResult, ImageContent } from '@modelcontextprotocol/server';

/** One pixel. */
export const image: ImageContent = {
  type: 'image',
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==',
  mimeType: 'image/png',
};

/** A header of a WAV file and no sample. */
export const sound: AudioContent = {
  type: 'audio',
  data: 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=',
  mimeType: 'audio/wav',
};

export function said(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}
