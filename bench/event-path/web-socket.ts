// A WebSocket client that does as little as can be done on its side: it hands on the bytes of each text frame. What is measured is the
// daemon, so nothing here may be slower than it. Speaks to a unix socket; frames of servers are not masked (RFC 6455).

import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

const opcodes = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const;

export class RawWebSocket {
  readonly #socket: Socket;
  readonly #onFrame: (payload: Buffer) => void;
  /** Of a frame that has not come completely. */
  #rest: Buffer[] = [];
  #restBytes = 0;
  /** Bytes that the frame in hand needs in all, as far as that is known. */
  #needed = 2;

  private constructor(socket: Socket, onFrame: (payload: Buffer) => void) {
    this.#socket = socket;
    this.#onFrame = onFrame;
  }

  /** `onFrame` gets text frames; the bytes are valid until it returns. */
  static async open(path: string, route: string, onFrame: (payload: Buffer) => void): Promise<RawWebSocket> {
    const socket = connect(path);
    const client = new RawWebSocket(socket, onFrame);
    const opened = Promise.withResolvers<void>();
    socket.once('error', opened.reject);
    socket.once('close', () => opened.reject(new Error('the daemon closed the connection')));
    const key = randomBytes(16).toString('base64');
    socket.write(
      `GET ${route} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    let answer = Buffer.alloc(0);
    const onAnswer = (bytes: Buffer): void => {
      answer = Buffer.concat([answer, bytes]);
      const end = answer.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', onAnswer);
      const [status = ''] = answer.toString('latin1', 0, end).split('\r\n');
      if (!status.startsWith('HTTP/1.1 101')) return opened.reject(new Error(`no WebSocket: ${status}`));
      socket.on('data', (data) => client.#take(data));
      if (answer.length > end + 4) client.#take(answer.subarray(end + 4));
      opened.resolve();
    };
    socket.on('data', onAnswer);
    await opened.promise;
    return client;
  }

  send(frame: object): void {
    this.#write(opcodes.text, Buffer.from(JSON.stringify(frame)));
  }

  close(): void {
    this.#socket.destroy();
  }

  #write(opcode: number, payload: Buffer): void {
    if (payload.length > 125) throw new RangeError('This client sends short frames only.');
    // A mask of zeros is a mask.
    this.#socket.write(Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]));
  }

  #take(data: Buffer): void {
    this.#rest.push(data);
    this.#restBytes += data.length;
    if (this.#restBytes < this.#needed) return;
    let bytes = this.#rest.length === 1 ? data : Buffer.concat(this.#rest, this.#restBytes);
    for (;;) {
      const head = headOf(bytes);
      this.#needed = head.end;
      if (bytes.length < head.end) break;
      if (head.start > 0) this.#frame(head.opcode, bytes.subarray(head.start, head.end));
      bytes = bytes.subarray(head.end);
    }
    this.#rest = bytes.length === 0 ? [] : [bytes];
    this.#restBytes = bytes.length;
  }

  #frame(opcode: number, payload: Buffer): void {
    if (opcode === opcodes.text) this.#onFrame(payload);
    else if (opcode === opcodes.ping) this.#write(opcodes.pong, payload);
    else if (opcode === opcodes.close) this.close();
    else if (opcode === opcodes.continuation) throw new Error('Parley sends whole frames.');
  }
}

/** Where the payload of the first frame starts and ends; a `start` of 0 says that even its head is not complete. */
function headOf(bytes: Buffer): { readonly opcode: number; readonly start: number; readonly end: number } {
  const opcode = (bytes[0] ?? 0) & 0x0f;
  if (bytes.length < 2) return { opcode, start: 0, end: 2 };
  const length = (bytes[1] ?? 0) & 0x7f;
  if (length < 126) return { opcode, start: 2, end: 2 + length };
  const start = length === 126 ? 4 : 10;
  if (bytes.length < start) return { opcode, start: 0, end: start };
  return { opcode, start, end: start + (length === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))) };
}
