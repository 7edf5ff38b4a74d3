const LONGEST = 60;

/**
 * A value that somebody else's code gave, as text for an error message: short, and made without running any of that code.
 *
 * @example shown('0.5') // '"0.5"'
 * @example shown(new Proxy({}, traps)) // 'an object'
 */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
    case 'bigint':
      return `${String(value).slice(0, LONGEST)}n`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : 'an object';
    default:
      return String(value);
  }
}
