// One thing at a time, in the order of arrival; a failure belongs to its caller and stops nobody else.

export class Mailbox {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(work: () => Promise<Result> | Result): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
