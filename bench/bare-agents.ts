// The vendors' own command lines as a person would type them, against a model server of ours.

export interface CommandLine {
  readonly argv: readonly [string, ...string[]];
}

/** Names of models that the command lines know. */
export const models = { codex: 'gpt-5.5', claude: 'claude-sonnet-5-5' } as const;

/** `codex exec`; its key is in REHEARSAL_KEY. */
export function bareCodex(program: string, url: string, prompt: string): CommandLine {
  const provider = `{name="rehearsal",base_url="${url}",env_key="REHEARSAL_KEY",wire_api="responses"}`;
  const flags = [
    '--json',
    '--skip-git-repo-check',
    '--dangerously-bypass-approvals-and-sandbox',
    ...['apps', 'plugins', 'remote_plugin'].flatMap((feature) => ['--disable', feature]),
    '-ccheck_for_update_on_startup=false',
    '-canalytics.enabled=false',
    '-cmodel_provider="rehearsal"',
    `-cmodel_providers.rehearsal=${provider}`,
    `-cmodel="${models.codex}"`,
  ];
  return { argv: [program, 'exec', ...flags, prompt] };
}

/** `claude -p`, for the environment of `claudeEnv`. */
export function bareClaude(program: string, prompt: string, more: readonly string[] = []): CommandLine {
  const flags = [
    '--output-format',
    'stream-json',
    '--verbose',
    '--dangerously-skip-permissions',
    '--model',
    models.claude,
  ];
  return { argv: [program, '-p', ...flags, ...more, '--', prompt] };
}

export function claudeEnv(url: string): Readonly<Record<string, string>> {
  return {
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: 'sk-ant-rehearsal-00000000',
    IS_SANDBOX: '1',
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  };
}
