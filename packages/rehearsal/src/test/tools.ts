// The tools that the real agents offer, cut down to what matters (codex 0.169.0, claude 2.1.329,
// gemini 0.61.0, opencode 1.18.33, kimi-code 2.1.0, qwen 0.24.4).

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

const relative = { type: 'string', description: 'The path to the file to write to.' };
const geminiTool = (name: string, properties: object, required: readonly string[]): object => ({
  name,
  parametersJsonSchema: { type: 'object', properties, required },
});
export const GEMINI_TOOLS = [
  {
    functionDeclarations: [
      geminiTool('run_shell_command', { command: string, description: string, is_background: { type: 'boolean' } }, [
        'command',
      ]),
      geminiTool('write_file', { file_path: relative, content: string }, ['file_path', 'content']),
      geminiTool('read_file', { file_path: relative }, ['file_path']),
      geminiTool(
        'replace',
        {
          file_path: relative,
          instruction: string,
          old_string: string,
          new_string: string,
          allow_multiple: { type: 'boolean' },
        },
        ['file_path', 'instruction', 'old_string', 'new_string'],
      ),
    ],
  },
];

const chatTool = (name: string, properties: object, required: readonly string[]): object => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties, required } },
});
export const OPENCODE_TOOLS = [
  chatTool('bash', { command: string, timeout: { type: 'integer' }, workdir: string }, ['command']),
  chatTool('edit', { filePath: path, oldString: string, newString: string, replaceAll: { type: 'boolean' } }, [
    'filePath',
    'oldString',
    'newString',
  ]),
  chatTool('read', { filePath: path }, ['filePath']),
  chatTool('write', { content: string, filePath: path }, ['content', 'filePath']),
];

const kimiPath = { type: 'string', description: 'A path outside the working directory must be absolute.' };
export const KIMI_TOOLS = [
  chatTool('Bash', { command: string, cwd: string, description: string }, ['command']),
  chatTool('Edit', { path: kimiPath, old_string: string, new_string: string, replace_all: { type: 'boolean' } }, [
    'path',
    'old_string',
    'new_string',
  ]),
  chatTool('Read', { path: kimiPath }, ['path']),
  chatTool('Write', { path: kimiPath, content: string, mode: { enum: ['overwrite', 'append'] } }, ['path', 'content']),
];

export const QWEN_TOOLS = [
  chatTool('run_shell_command', { command: string, description: string }, ['command']),
  chatTool('write_file', { file_path: path, content: string }, ['file_path', 'content']),
  chatTool('read_file', { file_path: path }, ['file_path']),
  chatTool('edit', { file_path: path, old_string: string, new_string: string, replace_all: { type: 'boolean' } }, [
    'file_path',
    'old_string',
    'new_string',
  ]),
];
