// A peer for each way of speaking to an agent.

import type { Driver } from '@parley/schema';
import type { Peer, PeerStart } from './peer.ts';
import { AcpPeer } from './peers/acp.ts';
import { ClaudePeer, ClaudePrintPeer } from './peers/claude.ts';
import { CodexExecPeer, CodexPeer } from './peers/codex.ts';
import { KimiPrintPeer, KimiWirePeer } from './peers/kimi.ts';
import { GeminiPrintPeer, GrokKitPeer, GrokPeer, VibePeer } from './peers/one-shot.ts';
import { OpenCodePeer, OpenCodeRunPeer } from './peers/opencode.ts';

type MakePeer = (start: PeerStart) => Peer;

const byDriver: Readonly<Record<string, MakePeer>> = {
  'codex app-server': (start) => new CodexPeer(start),
  'codex exec': (start) => new CodexExecPeer(start),
  'claude stream-json': (start) => new ClaudePeer(start),
  'claude print': (start) => new ClaudePrintPeer(start),
  'gemini print': (start) => new GeminiPrintPeer(start),
  'opencode serve': (start) => new OpenCodePeer(start),
  'opencode run': (start) => new OpenCodeRunPeer(start),
  'kimi wire': (start) => new KimiWirePeer(start),
  'kimi print': (start) => new KimiPrintPeer(start, 'code'),
  'kimi legacy-print': (start) => new KimiPrintPeer(start, 'legacy'),
  'grok headless': (start) => new GrokPeer(start),
  'grok vibe-kit': (start) => new GrokKitPeer(start),
  'vibe print': (start) => new VibePeer(start),
};

export function nameOf({ agent, mode }: Driver): string {
  return `${agent} ${mode}`;
}

/** Throws for a driver whose wire no peer speaks: write one. */
export function peerFor(driver: Driver): MakePeer {
  const found = driver.mode === 'acp' ? (start: PeerStart) => new AcpPeer(start) : byDriver[nameOf(driver)];
  if (found === undefined) throw new Error(`The fault test has no peer that speaks as ${nameOf(driver)}`);
  return found;
}
