// Files that gemini gets in a home of its own (rehearsal): the login by key, nothing that phones home, no way out of the policy.

import type { LaunchPlan, LaunchRequest } from '@parley/schema';

export function homeFilesOf({ agentHome, endpoint }: LaunchRequest): Pick<LaunchPlan, 'homeFiles'> {
  if (agentHome === undefined) return {};
  return {
    homeFiles: [
      { path: '.gemini/settings.json', text: `${JSON.stringify(settingsFor(endpoint.kind), null, 2)}\n` },
      { path: '.gemini/policies/parley.toml', text: noPlanMode },
    ],
  };
}

function settingsFor(endpoint: 'own' | 'url'): object {
  return {
    // Without a choice in this file the mode `print` refuses any base URL but the vendor's.
    ...(endpoint === 'url' ? { security: { auth: { selectedType: 'gemini-api-key' } } } : {}),
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
    // Ten attempts, the default, take more than three minutes.
    // With a terminal of its own for each command it tells nothing of the output over ACP.
    tools: { shell: { enableInteractiveShell: false } },
    general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: 2 },
  };
}

// A user's policies win over those of a project, and over its settings.
const noPlanMode = `# Without a terminal Gemini approves its own plan and then runs every tool unasked.
[[rule]]
toolName = ["enter_plan_mode", "exit_plan_mode"]
decision = "deny"
priority = 999
`;
