const KEY = 'nos-studio';

/** Keeps for this tab where in the studio its reader is, so that another page of the same server can lead back. */
export function rememberPlace(): void {
  try {
    sessionStorage.setItem(KEY, location.href);
  } catch {
    // A browser that keeps nothing has its own way back.
  }
}

/** The place in the studio that this tab came from; undefined if it came from none. */
export function placeBefore(): string | undefined {
  try {
    const { origin, href } = new URL(sessionStorage.getItem(KEY) ?? '');
    return origin === location.origin ? href : undefined;
  } catch {
    return undefined;
  }
}
