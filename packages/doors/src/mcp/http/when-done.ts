// Tells when an answer has gone out, or nobody takes it any more.

/** The same answer; `tell` is called once: at the end of its body, or when its reader leaves. */
export function whenDone(response: Response, tell: () => void): Response {
  let told = false;
  // A reader that leaves ends the read that is under way as well.
  const done = () => {
    if (!told) tell();
    told = true;
  };
  if (response.body === null) {
    done();
    return response;
  }
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done: ended, value } = await reader.read();
        if (!ended) return controller.enqueue(value);
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      done();
    },
    async cancel(reason) {
      done();
      await reader.cancel(reason);
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
}
