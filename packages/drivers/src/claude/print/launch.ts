// How a claude process for one turn is started: the prompt as plain text on stdin. Seen on 2.1.329.

import type { LaunchPlan, LaunchRequest } from '@parley/schema';
import { planOf } from '../launch.ts';

const asksNobody = 'Claude cannot ask in this mode: what would need permission is denied, and so are its questions.';

export function launchPrint(request: LaunchRequest): LaunchPlan {
  return planOf(request, ['--permission-prompts', 'none'], request.policy === 'full' ? [] : [asksNobody]);
}
