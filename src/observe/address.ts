import { NosError } from '../errors.ts';

export interface Address {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';

/**
 * Reads `[HOST:]PORT`; without a host, only this machine can connect.
 *
 * @param where - how the user calls it, for the error: `--metrics`.
 * @throws NosError `bad-option`.
 * @example parseAddress('9464', '--metrics') // { host: '127.0.0.1', port: 9464 }
 * @example parseAddress('[::]:9464', '--metrics') // { host: '::', port: 9464 }
 */
export function parseAddress(text: string, where: string): Address {
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d+)$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits !== undefined && port < 65_536) return { host: bracketed ?? plain ?? LOOPBACK, port };
  throw new NosError(
    'bad-option',
    `${where}: expected PORT or HOST:PORT, got '${text}'`,
    'as in 9464, for this machine alone, or 0.0.0.0:9464, for every machine that can reach this one',
  );
}

/** Writes an address as it stands in URLs. */
export function authority({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
