// What is shown when the page itself breaks: the sessions are the daemon's, so nothing is lost.

import { Component } from 'react';
import type { ReactNode } from 'react';
import { Button } from '../ui/Button.tsx';

interface Props {
  readonly children: ReactNode;
}

interface State {
  readonly message?: string;
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = {};

  static getDerivedStateFromError(error: unknown): State {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === undefined) return this.props.children;
    return (
      <main className="flex min-h-dvh flex-col items-center justify-center gap-4 p-6 text-center">
        <h1 className="text-lg font-semibold">This page has hit a defect</h1>
        <p className="max-w-prose text-muted">Your sessions go on in the daemon. Reload the page to see them.</p>
        <pre className="max-w-full overflow-auto font-mono text-xs text-muted">{this.state.message}</pre>
        <Button weight="primary" onClick={() => location.reload()}>
          Reload
        </Button>
      </main>
    );
  }
}
