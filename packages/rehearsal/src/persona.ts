// The default persona: says what it is, does small tasks, admits what it cannot. A pure function of the request.
import { consultationAnswer } from './consultation.ts';
import type { Conversation, ToolCall } from './conversation.ts';
import { smallestValue } from './json-schema.ts';
import { nextMoves, say, type Move, type Work } from './moves.ts';
import { perform } from './perform.ts';
import type { ReplyStep } from './reply.ts';
import { sideAnswer } from './side-request.ts';
import { understand } from './tasks.ts';
import { callWithArguments } from './tools.ts';
import type { Turn } from './turn.ts';
import { cannot, HOW_TO_GET_A_REAL_ONE, WHAT_IT_IS } from './words.ts';

// Claude's name for "the final answer goes through this tool" (2.1.329, --json-schema).
const STRUCTURED = 'StructuredOutput';

export function personaReply(conversation: Conversation, turn: Turn): readonly ReplyStep[] {
  const side = sideAnswer(conversation, turn);
  if (side !== undefined) return [{ kind: 'say', text: side }];
  const consulted = wantsStructure(conversation) ? undefined : consultationAnswer(turn.person, conversation.dialect);
  if (consulted !== undefined) return [{ kind: 'say', text: consulted }];
  const { moves, isWaiting } = nextMoves(work(conversation, turn), turn.results);
  const structured = isWaiting ? undefined : structuredAnswer(conversation, turn);
  return structured ?? stepsOf([...opening(conversation, turn), ...moves]);
}

function* work(conversation: Conversation, turn: Turn): Work<void> {
  const understood = understand(turn.person);
  if (understood.kind === 'unknown') yield* say(cannot(understood.part));
  else yield* perform(understood.tasks, conversation);
}

function opening(conversation: Conversation, turn: Turn): readonly Move[] {
  if (turn.cutInOn !== undefined && turn.step === 0) {
    const outcome = turn.cutInOn.ok ? 'has ended' : 'failed';
    return [
      {
        kind: 'say',
        text: `Your message came while a tool was running. The tool ${outcome}; I go on with your message.`,
      },
    ];
  }
  return turn.isFirst && conversation.outputSchema === undefined
    ? [{ kind: 'say', text: `${WHAT_IT_IS} ${HOW_TO_GET_A_REAL_ONE}` }]
    : [];
}

/** The agent itself wants JSON of its own schema: gemini's choice of a model is one. */
function wantsStructure({ outputSchema, tools }: Conversation): boolean {
  return outputSchema !== undefined || tools.some(({ name }) => name === STRUCTURED);
}

/** The final answer where the agent wants JSON: the smallest value that fits. */
function structuredAnswer(conversation: Conversation, turn: Turn): readonly ReplyStep[] | undefined {
  if (conversation.outputSchema !== undefined) {
    return [{ kind: 'say', text: JSON.stringify(smallestValue(conversation.outputSchema)) }];
  }
  const tool = conversation.tools.find(({ name }) => name === STRUCTURED);
  if (tool === undefined) return undefined;
  if (turn.called.includes(STRUCTURED)) return [{ kind: 'say', text: 'The structured answer is given.' }];
  return [callStep(callWithArguments(tool, {}))];
}

function stepsOf(moves: readonly Move[]): readonly ReplyStep[] {
  return moves.map((move, index) => {
    if (move.kind === 'call') return callStep(move.call);
    const continues = move.kind === 'say' && moves[index - 1]?.kind === 'say';
    return continues ? { ...move, text: `\n\n${move.text}` } : move;
  });
}

function callStep(call: ToolCall): ReplyStep {
  return { kind: 'call', call };
}
