// What every agent is asked to do behind Parley: the rows of docs/grid.md.

/** In groups, each with the rows of one story. A key is the name in the tests; the text is for people. */
export const behaviours = {
  'a day of work': {
    answers: 'in a new folder without git or trust, as whatever user: the answer is kept whole, with the turn',
    'ends once': 'one end event for the turn, and the session is at rest',
    'tells its thread': "the agent's own id of the conversation is known",
    'shows commands': 'a shell command is an item with its command line',
    'shows output': 'with what it printed',
    'shows failure': 'a failed command is an item that failed',
    'tells exit codes': 'with its exit code',
    'reports new files': 'a new file is reported with path and kind',
    'counts lines': 'with the lines added',
    'reports edits': 'a changed file is reported as changed',
    'finds changes by git': 'in a git work tree, what a shell command changed is found by Parley',
    'keeps order': 'tools come in the order in which they ran',
    'counts tokens': 'tokens of the turn are known',
    'invents no cost': 'no price is shown that nobody paid',
  },
  'a conversation': {
    'streams text': 'text comes while it is written',
    'shows reasoning': 'reasoning comes as an item of its own, not in the answer',
    'goes on': 'the second turn is in the same conversation',
    'counts each turn': "the second turn's tokens are its own, not the total",
    'resumes after its process': 'killed while idle, it goes on with the same conversation',
    'replays nothing as new': 'what was said before is not told again as new',
    'keeps apart': 'two conversations begun at once in one folder are two',
    forks: 'a copy goes on with what was said, and the original stays as it was',
    'knows its threads': 'an unknown conversation is a typed error and not silently a new one',
  },
  'exact words': {
    'takes dashes and quotes': 'a prompt with a leading dash, quotes, line breaks and emoji arrives as it is',
    'takes large prompts': 'a prompt of 150 KB arrives whole, or is refused by name',
    'uses the model': 'the model that was named is the one that is asked',
  },
  'words while it works': {
    'takes words in': 'words into the running turn are taken in and answered once',
    'one receipt': 'they get exactly one receipt',
    'gives back': 'words for a running turn only are given back when none runs',
    queues: 'what is queued runs in its order, one at a time',
    reorders: 'a queued turn can be moved',
    edits: 'a queued turn can get other words',
    cancels: 'a cancelled one is never heard',
  },
  'stop and time': {
    stops: 'an interrupt in a command ends the turn as interrupted',
    'stops the command': 'and the command with all its children',
    'goes on after a stop': 'the next turn works',
    'stops nothing idle': 'an interrupt while idle does nothing',
    'keeps to its time': 'the time limit of a turn ends it as timeout',
    'leaves nothing': 'and nothing of it runs on',
  },
  'what it may do': {
    'asks first': 'under ask a command waits for an answer, and allowed it runs',
    'heeds a no': 'denied it does not run, and the turn goes on',
    'only reads': 'under read-only no file is written',
    'edits by itself': 'under edit a file in the folder is written without a question',
    'guards secrets': "neither other vendors' keys nor Parley's own variables are in its environment",
    'heeds the environment': 'variables of the configuration are set, and unset ones are gone',
  },
  'when it goes wrong': {
    'refused key': 'a model server that refuses the key is a typed error',
    'rate limit': 'one that limits is a typed error',
    'broken model server': 'one that fails is a typed error',
    'long conversation': 'a conversation that is too long is a typed error',
    'survives its death': 'killed in a turn, the turn fails, and the next one works',
    'tells its death': 'as crashed, with what is known of it',
    'survives the daemon': "Parley's own daemon killed in a turn: the same turn completes",
    'doubles nothing': 'and nothing is lost or told twice',
  },
  'what people get wrong': {
    'misses its program': 'a program that is not there is a typed error that says so',
    'knows a stranger': 'another program in its place fails the turn with a typed error',
    'waits for nobody': 'one that says nothing is ended when the time is up',
    'names unknown profiles': 'a profile that there is not is named',
    'names missing folders': 'and so is a folder',
    'refuses unknown models': 'a model that the server does not have is a typed error',
  },
} as const;

type Group = keyof typeof behaviours;
export type Behaviour = { [Name in Group]: keyof (typeof behaviours)[Name] }[Group];
