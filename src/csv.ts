/** Comma-separated values with a line of titles, quoted as RFC 4180 says, one line a row, without a last line end; what has no value is empty. */
export function csv<Name extends string>(
  rows: readonly Readonly<Record<Name, unknown>>[],
  columns: readonly Name[],
): string {
  const lines = rows.map((row) => columns.map((column) => field(String(row[column] ?? ''))).join(','));
  return [columns.join(','), ...lines].join('\n');
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
