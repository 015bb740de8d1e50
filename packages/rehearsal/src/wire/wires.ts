// The wire formats that the server speaks. A further one is an entry here and its reader and writer.
import type { Dialect } from '../conversation.ts';
import type { Wire } from './encoder.ts';
import { anthropicError, openaiError } from './errors.ts';
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
};
