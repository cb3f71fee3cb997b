/** Tables as texts, for the clipboard and for files. */

const shown = (cell: unknown): string => (cell === null || cell === undefined ? '' : String(cell));

/** A text that a spreadsheet would run as a formula gets an apostrophe. */
const inert = (cell: unknown): string => {
  const text = shown(cell);
  return typeof cell === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
};

export function toTsv(table: readonly unknown[][]): string {
  return table.map(row => row.map(cell => inert(cell).replace(/[\t\r\n]+/g, ' ')).join('\t')).join('\n');
}

export function toCsv(table: readonly unknown[][]): string {
  const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  return table.map(row => row.map(cell => quoted(inert(cell))).join(',')).join('\n') + '\n';
}

/** Put a text into the clipboard; on pages without the right to, by selecting it in a field beside an element. */
export async function copyText(text: string, beside: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.style.cssText = 'position:fixed;opacity:0';
    beside.after(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    beside.focus();
    return done;
  }
}

export function saveFile(name: string, content: BlobPart, type = 'text/csv;charset=utf-8'): void {
  const link = document.createElement('a');
  const url = URL.createObjectURL(new Blob([content], { type }));
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
