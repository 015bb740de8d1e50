// What a session may do without asking. Permissions only go down: a driver may be stricter than the policy, never laxer.

import { z } from 'zod';

/**
 * - `read-only`: reads and answers; whatever would change something is denied.
 * - `ask`: every command and edit that the agent does not hold for harmless is a question to a person.
 * - `edit`: edits inside the workspace are allowed, the rest asks.
 * - `full`: nothing asks. Needs the operator's opt-in for the workspace (`policy.full` in the user's configuration).
 */
export type Policy = 'read-only' | 'ask' | 'edit' | 'full';

export const policies = ['read-only', 'ask', 'edit', 'full'] as const;
export const PolicySchema = z.enum(policies);
