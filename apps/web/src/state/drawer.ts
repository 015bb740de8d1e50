// Whether the list of sessions is open on a narrow screen.

import { createStore } from './store.ts';

export const drawer = createStore(false);
