const DISK_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR']);

/** Whether the disk, not the source, is to blame: another source would meet the same. */
export function diskTrouble(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return DISK_CODES.has(code ?? '') && syscall !== 'connect';
}

/** Why a download failed, in one line; fetch hides it in the cause. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  const inner = cause instanceof Error && message === 'fetch failed' ? cause.message || cause.name : message;
  return inner.split('\n')[0] as string;
}
