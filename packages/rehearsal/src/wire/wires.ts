// The wire formats that the server speaks. A further one is an entry here and its reader and writer.
import type { Dialect } from '../conversation.ts';
import type { Wire } from './encoder.ts';
import { chatEncoder } from './chat-write.ts';
import { readChat } from './chat-read.ts';
import { anthropicError, googleError, openaiError } from './errors.ts';
import { readGemini } from './gemini-read.ts';
import { geminiEncoder } from './gemini-write.ts';
import { readMessages } from './messages-read.ts';
import { messagesEncoder } from './messages-write.ts';
import { readResponses } from './responses-read.ts';
import { responsesEncoder } from './responses-write.ts';

export const WIRES: Readonly<Record<Dialect, Wire>> = {
  responses: {
    read: readResponses,
    encoder: responsesEncoder,
    errorBody: openaiError,
    requestIdHeader: 'x-request-id',
  },
  messages: { read: readMessages, encoder: messagesEncoder, errorBody: anthropicError, requestIdHeader: 'request-id' },
  chat: { read: readChat, encoder: chatEncoder, errorBody: openaiError, requestIdHeader: 'x-request-id' },
  gemini: { read: readGemini, encoder: geminiEncoder, errorBody: googleError, requestIdHeader: 'x-request-id' },
};
