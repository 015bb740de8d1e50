// How far the page and the API can be reached: by the address that is listened on, and the public origins that are let in.

import { findingOf } from '@parley/schema';
import type { Config, DoctorExposure, DoctorFinding, ExposureMode } from '@parley/schema';
import { withoutSecrets } from '@parley/daemon/inspect';
import { isLocalNetwork, isLoopback, isUnspecified } from './addresses.ts';
import type { Looked, World } from './world.ts';

/** Milliseconds for a public address to answer. */
const verifyMs = 3000;

const tunnels: readonly (readonly [provider: string, names: RegExp])[] = [
  ['cloudflare', /(?:^|\.)(?:trycloudflare\.com|cfargotunnel\.com)$/],
  ['ngrok', /(?:^|\.)ngrok(?:-free)?\.(?:app|dev|io)$/],
  ['tailscale', /(?:^|\.)(?:ts\.net|tailscale\.(?:com|io))$/],
];

export async function lookAtExposure(
  { io: { env }, places: { configFile: file }, verify }: World,
  { server }: Config,
): Promise<Looked<{ readonly exposure: DoctorExposure }>> {
  const { exposure, findings } = judgeExposure(server, file, env['LLM_GATEWAY_TUNNEL_PROVIDER'] || undefined);
  const [url] = exposure.publicUrls;
  if ((!verify && env['LLM_GATEWAY_VERIFY_PUBLIC_URL'] !== '1') || url === undefined)
    return { facts: { exposure }, findings };
  const answered = await answers(url);
  const verified: DoctorExposure = {
    ...exposure,
    reachable: answered ? 'reachable' : 'unreachable',
    webClientsSupported:
      answered && exposure.httpsConfigured && (exposure.mode === 'tunnel' || exposure.mode === 'byo_reverse_proxy'),
  };
  return {
    facts: { exposure: verified },
    findings: answered ? findings : [...findings, findingOf('public_url_unreachable', `${url} does not answer.`)],
  };
}

/** Pure: from the configuration, and the provider of a tunnel where somebody has named one. */
export function judgeExposure(
  { host, port, hosts, origins }: Config['server'],
  file: string,
  namedProvider?: string,
): { readonly exposure: DoctorExposure; readonly findings: readonly DoctorFinding[] } {
  const findings: DoctorFinding[] = [];
  const modes: ExposureMode[] = [isLoopback(host) ? 'local_only' : 'lan'];
  if (modes.includes('lan'))
    findings.push(
      findingOf(
        'exposed_to_lan',
        `server.host is ${host}: whoever reaches this machine reaches the page, without TLS.`,
      ),
    );
  for (const name of hosts)
    if (!/^(?:[\w.-]+|\[[\da-f:]+\])(?::\d{1,5})?$/i.test(name))
      findings.push(
        findingOf('host_malformed', `server.hosts has "${withoutSecrets(name)}", which is no name with a port.`, {
          file,
        }),
      );
  const publicUrls: string[] = [];
  let tunnelProvider: string | undefined;
  for (const origin of origins) {
    const judged = judgeOrigin(origin, hosts, file, namedProvider);
    findings.push(...judged.findings);
    modes.push(judged.mode);
    if (judged.url !== undefined) publicUrls.push(judged.url);
    tunnelProvider ??= judged.tunnelProvider;
  }
  const name = isUnspecified(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return {
    exposure: {
      mode: widest(modes),
      localUrl: `http://${name}:${port}/`,
      publicUrls,
      httpsConfigured: publicUrls.length > 0 && publicUrls.every((url) => url.startsWith('https:')),
      ...(tunnelProvider === undefined ? {} : { tunnelProvider }),
      reachable: 'not_checked',
      webClientsSupported: false,
    },
    findings,
  };
}

interface JudgedOrigin {
  readonly mode: ExposureMode;
  /** Of a public one, as it may be shown. */
  readonly url?: string;
  readonly tunnelProvider?: string;
  readonly findings: readonly DoctorFinding[];
}

function judgeOrigin(
  origin: string,
  hosts: readonly string[],
  file: string,
  namedProvider: string | undefined,
): JudgedOrigin {
  const shown = withoutSecrets(origin);
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  // A browser sends its origin in exactly this form, and the gate compares texts.
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.origin !== origin.toLowerCase()) {
    const finding = findingOf('origin_malformed', `server.origins has "${shown}", which is no origin.`, { file });
    return { mode: 'misconfigured', findings: [finding] };
  }
  if (isLoopback(url.hostname)) return { mode: 'local_only', findings: [] };
  const findings: DoctorFinding[] = [];
  if (!hosts.some((host) => host.toLowerCase() === url.host))
    findings.push(
      findingOf('origin_without_host', `server.hosts lacks "${url.host}", the host of ${shown}.`, { file }),
    );
  if (isLocalNetwork(url.hostname)) return { mode: 'lan', findings };
  if (url.protocol !== 'https:') {
    findings.push(
      findingOf('origin_insecure', `server.origins has ${shown}, which is public and not https.`, { file }),
    );
    return { mode: 'misconfigured', url: shown, findings };
  }
  const tunnelProvider = namedProvider ?? tunnels.find(([, names]) => names.test(url.hostname))?.[0];
  return tunnelProvider === undefined
    ? { mode: 'byo_reverse_proxy', url: shown, findings }
    : { mode: 'tunnel', url: shown, tunnelProvider, findings };
}

/** What is wrong comes first, then what reaches furthest. */
function widest(modes: readonly ExposureMode[]): ExposureMode {
  const order: readonly ExposureMode[] = ['misconfigured', 'byo_reverse_proxy', 'tunnel', 'lan', 'local_only'];
  return order.find((mode) => modes.includes(mode)) ?? 'local_only';
}

/** Anything but a failure of the way there and a page that is not there. */
async function answers(url: string): Promise<boolean> {
  try {
    const { status } = await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(verifyMs) });
    return status < 500 && status !== 404;
  } catch {
    return false;
  }
}
