/** A chart as a file: a drawing that any program scales, and a table that any program reads. */

import type { ILine } from './aligned';

/** What a drawing is made of. */
export interface IDrawing {
  lines: readonly ILine[];
  colours: readonly string[];
  dashes: readonly (readonly number[])[];
  background: string;
  ink: string;
  font: string;
  /** Least and greatest of both axes; `isLog` is about the upward one. */
  x: readonly [number, number];
  y: readonly [number, number];
  isLog: boolean;
  label: string;
  print: (x: number) => string;
  printUp: (y: number) => string;
}

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT] = [960, 480, 80, 16, 16];
const BOTTOM = HEIGHT - 56;
const ROW = 18;
const TICKS = 5;

/** Return an SVG with axes, lines and their names. */
export function svgOf(drawing: IDrawing): string {
  const { lines, background, ink, font, label } = drawing;
  const height = HEIGHT + ROW * lines.length;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" ` +
      `viewBox="0 0 ${WIDTH} ${height}" font-family="${escaped(font)}" font-size="12">`,
    `<rect width="100%" height="100%" fill="${background}"/>`,
    `<g fill="${ink}" stroke="none">${ticks(drawing)}</g>`,
    `<text x="${WIDTH / 2}" y="${BOTTOM + 36}" fill="${ink}" text-anchor="middle">` +
      `${escaped(label)}</text>`,
    ...lines.map((line, index) => path(drawing, line, index)),
    ...lines.map((line, index) => entry(drawing, line, index)),
    '</svg>'
  ];
  return parts.join('\n');
}

/** Return a table: a column of steps (or times), then one for each line, in full precision. */
export function csvOf(lines: readonly ILine[], label: string): string {
  const rows = new Map<number, string[][]>();
  lines.forEach((line, column) => {
    line.steps.forEach((step, at) => {
      const same = rows.get(step) ?? [];
      // a step that a line has twice has two rows
      let row = same.find(each => each[column] === '');
      if (!row) {
        row = new Array<string>(lines.length).fill('');
        same.push(row);
      }
      row[column] = String(line.values[at]);
      rows.set(step, same);
    });
  });
  const steps = [...rows.keys()].sort((one, other) => one - other);
  const head = [label, ...lines.map(line => line.name)].map(quoted).join(',');
  const body = steps.flatMap(step => (rows.get(step) ?? []).map(row => [step, ...row].join(',')));
  return `${[head, ...body].join('\n')}\n`;
}

/** Return a cell of CSV; a spreadsheet takes what begins with one of these for a formula. */
export function quoted(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replace(/"/g, '""')}"` : harmless;
}

function escaped(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, each => names[each]).replace(/[\u0000-\u001f]/g, ' ');
}

function across({ x: [low, high] }: IDrawing, value: number): number {
  return LEFT + ((value - low) / (high - low || 1)) * (WIDTH - LEFT - RIGHT);
}

function up({ y: [low, high], isLog }: IDrawing, value: number): number {
  const place = isLog ? Math.log : (each: number): number => each;
  const [least, most] = [place(low), place(high)];
  return BOTTOM - ((place(value) - least) / (most - least || 1)) * (BOTTOM - TOP);
}

function between([low, high]: readonly [number, number], at: number, isLog = false): number {
  const share = at / (TICKS - 1);
  return isLog ? low * (high / low) ** share : low + (high - low) * share;
}

function ticks(drawing: IDrawing): string {
  return Array.from({ length: TICKS }, (_, at) => {
    const [x, y] = [between(drawing.x, at), between(drawing.y, at, drawing.isLog)];
    const [left, top] = [across(drawing, x).toFixed(1), up(drawing, y).toFixed(1)];
    const [below, beside] = [drawing.print(x), drawing.printUp(y)].map(escaped);
    return [
      `<text x="${left}" y="${BOTTOM + 18}" text-anchor="middle">${below}</text>`,
      `<text x="${LEFT - 8}" y="${top}" dy="4" text-anchor="end">${beside}</text>`,
      `<rect x="${LEFT}" y="${top}" width="${WIDTH - LEFT - RIGHT}" height="1" opacity="0.15"/>`
    ].join('');
  }).join('');
}

function path(drawing: IDrawing, line: ILine, index: number): string {
  const { x: [low, high], isLog, colours } = drawing;
  let isDrawing = false;
  const moves: string[] = [];
  const round = 'stroke-linecap="round"'; // a point alone is a line of no length, which has caps
  line.steps.forEach((step, at) => {
    const value = line.values[at];
    const isShown = Number.isFinite(value) && (!isLog || value > 0) && step >= low && step <= high;
    if (isShown) {
      const place = `${across(drawing, step).toFixed(2)} ${up(drawing, value).toFixed(2)}`;
      moves.push(isDrawing ? `L${place}` : `M${place}L${place}`);
    }
    isDrawing = isShown;
  });
  const dash = drawing.dashes[index]?.join(' ') ?? '';
  const dashes = dash ? ` stroke-dasharray="${dash}"` : '';
  const pen = `fill="none" stroke="${colours[index]}" stroke-width="1.5" ${round}${dashes}`;
  return `<path d="${moves.join('')}" ${pen}/>`;
}

function entry({ ink, colours }: IDrawing, line: ILine, index: number): string {
  const y = HEIGHT + ROW * index;
  return (
    `<rect x="${LEFT}" y="${y - 5}" width="16" height="3" fill="${colours[index]}"/>` +
    `<text x="${LEFT + 24}" y="${y}" fill="${ink}" unicode-bidi="isolate">` +
    `${escaped(line.name)}</text>`
  );
}
