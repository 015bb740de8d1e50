// Credentials: the token (made on first run, 0600), the cookie that is derived from it, and pairing codes that work once.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';

/** Milliseconds that a pairing code works. */
const pairingMs = 10 * 60 * 1000;

export class Credentials {
  readonly #token: string;
  readonly #second: string | undefined;
  readonly #cookie: string;
  readonly #codes = new Map<string, number>();
  readonly #now: () => number;

  private constructor(token: string, now: () => number, second: string | undefined) {
    this.#token = token;
    this.#second = second;
    // Derived, so that it survives restarts and ends with the token: delete the token file to unpair every browser.
    this.#cookie = createHmac('sha256', token).update('browser').digest('base64url');
    this.#now = now;
  }

  /**
   * Read the token, or make it when there is none of at least 32 characters. The caller owns the state directory. `second`: a token that is
   * as good, for as long as this process lives.
   */
  static async open(file: string, now: () => number = Date.now, second?: string): Promise<Credentials> {
    const found = await readFile(file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error; // It is there: replacing it would unpair everybody.
    });
    if (found.trim().length >= 32) {
      await chmod(file, 0o600);
      return new Credentials(found.trim(), now, second);
    }
    const token = randomBytes(32).toString('base64url');
    // Whole or not at all, and never for a moment with the mode of a file that lay there.
    const draft = `${file}.new`;
    await writeFile(draft, `${token}\n`, { mode: 0o600 });
    await rename(draft, file);
    return new Credentials(token, now, second);
  }

  isToken(text: string): boolean {
    return same(text, this.#token) || (this.#second !== undefined && same(text, this.#second));
  }

  isCookie(text: string): boolean {
    return same(text, this.#cookie);
  }

  get cookie(): string {
    return this.#cookie;
  }

  /** A code for one browser. */
  invite(): { readonly code: string; readonly expiresAt: number } {
    const now = this.#now();
    for (const [code, expiresAt] of this.#codes) if (expiresAt <= now) this.#codes.delete(code);
    const code = randomBytes(15).toString('base64url');
    const expiresAt = now + pairingMs;
    this.#codes.set(code, expiresAt);
    return { code, expiresAt };
  }

  /** True once for each code, while it is fresh. */
  redeem(code: string): boolean {
    for (const [known, expiresAt] of this.#codes) {
      if (!same(code, known)) continue;
      this.#codes.delete(known);
      return expiresAt > this.#now();
    }
    return false;
  }
}

/** Compares in constant time, whatever the lengths. */
function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
