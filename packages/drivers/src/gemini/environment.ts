// The environment of a gemini process: where its home is, and which model server it talks to. Seen on 0.61.0.

import type { LaunchRequest } from '@parley/schema';

type Environment = Readonly<Record<string, string | null>>;

export const vendorUrl = 'https://generativelanguage.googleapis.com';

/** What is set (string) or unset (null) on top of the daemon's cleaned environment. The key is in `GEMINI_API_KEY` already. */
export function geminiEnvironment(request: LaunchRequest, mode: 'acp' | 'print'): Environment {
  return {
    // Else it starts itself again as a child: a second more, and signals to the parent are lost.
    GEMINI_CLI_NO_RELAUNCH: 'true',
    // A daemon has no browser.
    NO_BROWSER: 'true',
    // Marks of an outer gemini or of an editor, which would add folders and name another client.
    GEMINI_CLI: null,
    GEMINI_CLI_SESSION_ID: null,
    GEMINI_CLI_IDE_WORKSPACE_PATH: null,
    GEMINI_CLI_IDE_SERVER_PORT: null,
    GEMINI_CLI_IDE_AUTH_TOKEN: null,
    GEMINI_CLI_ACTIVITY_LOG_TARGET: null,
    // Its own `.gemini` lies inside this folder.
    ...(request.agentHome === undefined ? {} : { GEMINI_CLI_HOME: request.agentHome }),
    ...endpointEnvironment(request, mode),
  };
}

/**
 * Empty texts rather than nothing: what is not set gemini takes from a `.env` of the project, and words and keys go where the session
 * says and nowhere else.
 */
function endpointEnvironment({ endpoint, agentHome }: LaunchRequest, mode: 'acp' | 'print'): Environment {
  if (endpoint.kind === 'own') return {};
  // A base URL without a login chosen in settings.json means the login "gateway". ACP takes that; the other mode refuses it (exit 41),
  // but does without one for the vendor's own address.
  const isImplied = mode === 'print' && agentHome === undefined && isVendor(endpoint.url);
  return {
    GOOGLE_GEMINI_BASE_URL: isImplied ? '' : endpoint.url,
    GOOGLE_API_KEY: '',
    GOOGLE_GENAI_USE_VERTEXAI: '',
    GOOGLE_GENAI_USE_GCA: '',
    GEMINI_CLI_USE_COMPUTE_ADC: '',
    GEMINI_API_KEY_AUTH_MECHANISM: '',
    GEMINI_CLI_CUSTOM_HEADERS: '',
    CLOUD_SHELL: '',
    // A Google login that the user chose in settings.json is preferred to all of the above. This is no address, so that such a run fails
    // rather than take the words to Google.
    CODE_ASSIST_ENDPOINT: noAddress,
    GOOGLE_VERTEX_BASE_URL: noAddress,
  };
}

const noAddress = 'parley-takes-no-login:';

function isVendor(url: string): boolean {
  return url.replace(/\/+$/, '') === vendorUrl;
}
