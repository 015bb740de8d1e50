// Starts the page.

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { startRouting } from './app/route.ts';
import { startOutbox } from './state/outbox.ts';
import './styles.css';

startRouting();
startOutbox();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
// Errors are made from the catalogue, which the client loads when it needs it: while the daemon is away that would be too late.
void import('@parley/schema').catch(() => undefined);

createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
