// Agents also ask for titles and summaries beside the conversation; those get a plain short answer.
import type { Conversation } from './conversation.ts';
import type { Turn } from './turn.ts';

// claude 2.1.329 /compact, and codex 0.169.0's checkpoint: both keep their tools in the request.
const COMPACTION =
  /^(?:CRITICAL:[\s\S]{0,400}?)?(?:Your task is to create a detailed summary of|You are performing a CONTEXT CHECKPOINT COMPACTION)/;

// The last is gemini 0.61.0's word for what is left of a compressed chat.
const SUMMARY =
  /\b(?:summari[sz]e|summary (?:of|from))\b[^.\n]{0,80}\b(?:conversation|session|chat|thread|discussion)\b|<state_snapshot>/i;

export function sideAnswer(conversation: Conversation, turn: Turn): string | undefined {
  if (COMPACTION.test(turn.person)) return summary(conversation);
  // Without tools there is no agent at work: only then may a system prompt decide what is wanted.
  if (conversation.tools.length > 0 || conversation.outputSchema !== undefined) return undefined;
  const wanted = `${conversation.machineText}\n${turn.person}`;
  if (
    /\b(?:generate|write|create|give|pick|suggest|title generator|come up with)\b[^.\n]{0,80}\btitle\b|\btitle generator\b/i.test(
      wanted,
    )
  ) {
    return title(conversation);
  }
  return SUMMARY.test(wanted) ? summary(conversation) : undefined;
}

function title(conversation: Conversation): string {
  const asked = people(conversation).find((text) => !/\btitle\b/i.test(text)) ?? people(conversation).at(-1) ?? '';
  const quoted = /<(?:session|conversation|message|user_message|input)>\s*([\s\S]*?)\s*<\//.exec(asked)?.[1] ?? asked;
  const words = quoted
    .replace(/[`"'*#]/g, '')
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 6)
    .join(' ');
  return words === '' ? 'Rehearsal' : words.charAt(0).toUpperCase() + words.slice(1);
}

function summary(conversation: Conversation): string {
  const asked = people(conversation)
    .filter((text) => !COMPACTION.test(text))
    .map((text) => `- ${text.replace(/\s+/g, ' ').slice(0, 120)}`);
  return `Rehearsed summary. The person asked:\n${asked.length === 0 ? '- nothing yet' : asked.join('\n')}`;
}

function people(conversation: Conversation): readonly string[] {
  return conversation.entries.flatMap((entry) => (entry.kind === 'person' ? [entry.text] : []));
}
