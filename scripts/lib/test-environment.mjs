// The environment that tests run in: the same on every machine, whatever its owner has configured.

/** Keys, addresses and settings that Parley or an agent would take from the owner's environment. */
const owners =
  /^(PARLEY|OPENAI|ANTHROPIC|AZURE_OPENAI|GEMINI|GOOGLE|CODEX|CLAUDE|OPENCODE|KIMI|MOONSHOT|XAI|GROK|MISTRAL|VIBE|XR_LLM|LLM_GATEWAY|GJC)_|^CLAUDECODE$|^XDG_|^NODE_OPTIONS$|^NODE_TEST_CONTEXT$|^FORCE_COLOR$/;

/** What a developer sets to steer the tests themselves. */
const ours = /^PARLEY_CHROMIUM$|^PARLEY_TEST_/;

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function testEnvironment(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => ours.test(name) || !owners.test(name)));
}
