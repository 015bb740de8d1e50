// The tools that the real agents offer, cut down to what matters (codex 0.169.0, claude 2.1.329).

const string = { type: 'string' };

export const CODEX_SHELL = {
  type: 'function',
  name: 'exec_command',
  parameters: {
    type: 'object',
    properties: { cmd: string, justification: string, sandbox_permissions: string, yield_time_ms: { type: 'number' } },
    required: ['cmd'],
  },
};
export const CODEX_WAIT = {
  type: 'function',
  name: 'write_stdin',
  parameters: {
    type: 'object',
    properties: { session_id: { type: 'number' }, chars: string, yield_time_ms: { type: 'number' } },
    required: ['session_id'],
  },
};
export const CODEX_PATCH = {
  type: 'custom',
  name: 'apply_patch',
  format: { type: 'grammar', syntax: 'lark', definition: '' },
};
export const CODEX_PLAN = {
  type: 'function',
  name: 'update_plan',
  parameters: { type: 'object', properties: { plan: { type: 'array' } }, required: ['plan'] },
};

const path = { type: 'string', description: 'The absolute path to the file' };
export const CLAUDE_TOOLS = [
  {
    name: 'Bash',
    input_schema: { type: 'object', properties: { command: string, description: string }, required: ['command'] },
  },
  {
    name: 'Write',
    input_schema: {
      type: 'object',
      properties: { file_path: path, content: string },
      required: ['file_path', 'content'],
    },
  },
  { name: 'Read', input_schema: { type: 'object', properties: { file_path: path }, required: ['file_path'] } },
  {
    name: 'Edit',
    input_schema: {
      type: 'object',
      properties: { file_path: path, old_string: string, new_string: string, replace_all: { type: 'boolean' } },
      required: ['file_path', 'old_string', 'new_string'],
    },
  },
];
