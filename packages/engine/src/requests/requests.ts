// Requests: words for an agent, in a new session or in one that exists, in one call.

import type { MakeRequest, RequestResult, Session } from '@parley/schema';
import type { Engine } from '../engine.ts';

export class Requests {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Starts or queues a turn of its own. Throws what making a session and submitting to it throw. */
  async make({ session: wanted, ...words }: MakeRequest): Promise<RequestResult> {
    const session = await this.#sessionFor(wanted);
    // A turn of its own: words into somebody else's running turn are no request.
    const submitted = await this.#engine.submit(session.id, { ...words, when: 'queue' });
    return { ...submitted, session };
  }

  #sessionFor(wanted: MakeRequest['session']): Promise<Session> {
    return typeof wanted === 'string'
      ? Promise.resolve(this.#engine.session(wanted))
      : this.#engine.createSession(wanted);
  }
}
