// The small tasks that the persona knows.

export type Task =
  | { readonly kind: 'write'; readonly path: string; readonly content: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'read'; readonly path: string }
  | { readonly kind: 'replace'; readonly path: string; readonly from: string; readonly to: string }
  | { readonly kind: 'append'; readonly path: string; readonly content: string }
  | { readonly kind: 'delete'; readonly path: string }
  | { readonly kind: 'list'; readonly path?: string }
  | { readonly kind: 'run'; readonly command: string; readonly outsideSandbox: boolean }
  | { readonly kind: 'think'; readonly about: string }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'essay'; readonly about: string; readonly words: number }
  | { readonly kind: 'introduce' };

/** A few words for a plan or for what is left undone. */
export function titleOf(task: Task): string {
  switch (task.kind) {
    case 'write':
    case 'read':
    case 'delete':
      return `${task.kind} ${task.path}`;
    case 'append':
      return `add to ${task.path}`;
    case 'folder':
      return `create ${task.path}`;
    case 'replace':
      return `edit ${task.path}`;
    case 'list':
      return 'list the folder';
    case 'run':
      return `run ${task.command}`;
    case 'think':
      return `think about ${task.about}`;
    case 'say':
      return 'answer';
    case 'essay':
      return `write about ${task.about}`;
    case 'introduce':
      return 'introduce myself';
  }
}
