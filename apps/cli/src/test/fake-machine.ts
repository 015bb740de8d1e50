// What a fake daemon tells of its machine: agents, models, installations, what was asked before, what runs.

import { FindModelsSchema, FindRequestsSchema, ParleyError, PlanInstallationSchema } from '@parley/schema';
import type {
  AgentView,
  FindModels,
  InstallPlan,
  InstallProgress,
  ModelPage,
  OwnedProcess,
  RequestRecord,
} from '@parley/schema';

export const fakeAgent: AgentView = {
  name: 'codex',
  title: 'Codex',
  installed: true,
  version: '1.2.3',
  provenVersion: '1.2.3',
  backend: { kind: 'rehearsal', detail: 'offline' },
  modes: ['app-server'],
  loginHint: 'codex login',
  capabilities: {
    steer: 'native',
    interrupt: true,
    resume: true,
    fork: false,
    approvals: true,
    questions: true,
    images: false,
    models: true,
    deltas: true,
    reasoning: true,
    usage: true,
    cost: false,
  },
  installable: { package: '@openai/codex', version: '1.2.3' },
};

export const fakePlan: InstallPlan = {
  agent: 'codex',
  title: 'Codex',
  package: '@openai/codex',
  version: '1.2.3',
  provenVersion: '1.2.3',
  folder: '/data/agents/codex/1.2.3',
  removes: [],
  freeBytes: 2 ** 30,
};

export class FakeMachine {
  install: readonly InstallProgress[] = [{ text: 'fetching' }, { text: 'done', done: true }];
  agents: readonly AgentView[] = [fakeAgent];
  models: (wanted: FindModels) => ModelPage = () => ({ agents: [] });
  plan: InstallPlan = fakePlan;
  /** Newest first. */
  records: readonly RequestRecord[] = [];
  processes: readonly OwnedProcess[] = [];

  /** The answer of one of these routes; undefined for all others. */
  ofMachine(route: string, id: string, url: URL, body: unknown): unknown {
    switch (route) {
      case 'GET /requests': {
        const { limit = 50, before, agent, status } = FindRequestsSchema.parse(Object.fromEntries(url.searchParams));
        const from = before === undefined ? 0 : this.records.findIndex((one) => one.id === before) + 1;
        const found = this.records
          .slice(from)
          .filter((one) => (agent ?? one.agent) === one.agent && (status ?? statusOf(one)) === statusOf(one));
        return { requests: found.slice(0, limit) };
      }
      case 'GET /requests/:id': {
        const record = this.records.find((one) => one.id === id);
        if (record === undefined) throw new ParleyError('unknown_turn', `No request ${id} is recorded.`);
        return record;
      }
      case 'GET /processes':
        return { processes: this.processes };
      case 'GET /models':
        return this.models(FindModelsSchema.parse(Object.fromEntries(url.searchParams)));
      case 'GET /agents':
        return { agents: this.agents };
      case 'GET /agents/:id/plan': {
        const { version = this.plan.version } = PlanInstallationSchema.parse(Object.fromEntries(url.searchParams));
        if (version === '9.9.9') throw new ParleyError('invalid_request', `npm has no @openai/codex@${version}.`);
        return { ...this.plan, version: version === 'latest' ? '2.0.0' : version };
      }
      case 'POST /agents/:id/install':
        PlanInstallationSchema.parse(body);
        return this.install.map((line) => `${JSON.stringify(line)}\n`).join('');
      default:
        return undefined;
    }
  }
}

function statusOf({ status, dedupedOf }: RequestRecord): RequestRecord['status'] | 'deduped' {
  return dedupedOf === undefined ? status : 'deduped';
}
