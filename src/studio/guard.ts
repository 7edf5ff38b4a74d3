import { timingSafeEqual } from 'node:crypto';

/** What a request says of who sends it. */
export interface Caller {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`, which a page cannot forge. */
  readonly site: string | undefined;
  /** In the address or in a cookie. */
  readonly token: string | undefined;
}

export interface Door {
  readonly port: number;
  /** Without one, only names of this machine are let in. */
  readonly token?: string;
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Why a request is refused; undefined if it may come in.
 *
 * A page of elsewhere can let this machine's browser ask us, in two ways: under its own name, which it has let point to 127.0.0.1 (DNS
 * rebinding; its Host is then not ours), or across origins (its Origin is then not ours). Both are refused. A server that other machines
 * can reach has a token instead of a name, and nothing is given without it.
 */
export function refusal({ method, host = '', origin, site, token }: Caller, door: Door): string | undefined {
  if (door.token === undefined) {
    const [, name = '', port = '80'] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host.toLowerCase()) ?? [];
    if (!LOOPBACK.has(name) || Number(port) !== door.port) return 'this Host is not served here';
  } else if (!isSame(token ?? '', door.token)) {
    return 'the token is missing or wrong: open the address that `nos studio` printed';
  }
  const own = origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
  if (!own) return 'requests of other origins are refused';
  const reads = method === 'GET' || method === 'HEAD';
  if (!reads && origin === undefined) return 'a change needs the Origin of this page';
  if (!reads && site !== undefined && site !== 'same-origin') return 'requests of other sites are refused';
  return undefined;
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** What a page may load: its own files and nothing else; no code from text, no style within markup, no frame around it. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    // WebAssembly for the engine of the rule lab.
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "font-src 'self'",
    // Plot draws the scale of colours as an image in the address itself; charts are saved through blobs.
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};
