/** Tables in text: values between commas or tabs, or an object of JSON on each line. */

/** No table is wider: a file may be made to hold up the page. */
export const MOST_COLUMNS = 500;

export interface ITable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Read values that are separated by a character, as spreadsheets write them. */
export function readDelimited(text: string, separator: string, most: number): ITable {
  const rows: string[][] = [];
  let row: string[] = [];
  const value = `(?:"((?:[^"]|"")*)"|([^${separator}\\r\\n]*))`;
  const part = new RegExp(`${value}(${separator}|\\r?\\n|\\r|$)`, 'y');
  for (let at = 0; at < text.length && rows.length <= most;) {
    part.lastIndex = at;
    const found = part.exec(text);
    if (!found) {
      break; // a quote that does not end
    }
    row.push(found[1] === undefined ? found[2] : found[1].replace(/""/g, '"'));
    at = part.lastIndex;
    if (found[3] !== separator) {
      rows.push(row);
      row = [];
    }
  }
  const [columns = [], ...rest] = row.length > 0 ? [...rows, row] : rows;
  return { columns, rows: rest.slice(0, most) };
}

/** Read an object of JSON on each line; its members are columns. */
export function readJsonLines(text: string, most: number): ITable {
  const found = text.split('\n', most).flatMap(line => {
    const value = parsed(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? [value as Record<string, unknown>] : [];
  });
  const all = new Set(found.flatMap(each => Object.keys(each)));
  const columns = [...all].slice(0, MOST_COLUMNS + 1);
  return { columns, rows: found.map(each => columns.map(column => cell(each[column]))) };
}

/** Print a value of JSON as a cell of a table. */
export function cell(value: unknown): string {
  if (value === undefined || value === null) {
    return '';
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
