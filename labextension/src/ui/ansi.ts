/** Terminal text as spans: colours by an allow-list, every other control character made visible. */

/** How text looks; the class names are ours, never the log's. */
export interface IAnsiStyle {
  readonly foreground: string;
  readonly background: string;
  readonly marks: ReadonlySet<string>;
}

/** A piece of text of one look. */
export interface ISpan {
  readonly text: string;
  readonly className: string;
}

export const PLAIN: IAnsiStyle = { foreground: '', background: '', marks: new Set() };

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const MARKS: Record<number, string> = { 1: 'bold', 2: 'dim', 3: 'italic', 4: 'underline' };
const UNMARKS: Record<number, string[]> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline']
};

const SGR = /\u001b\[([0-9;:]{0,64})m/g;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Longer lines are cut: a browser lays out one of megabytes for seconds. */
export const LONGEST_LINE = 10000;

/** Split a line into spans; returns them and the look with which the next line begins. */
export function spans(line: string, style: IAnsiStyle): [ISpan[], IAnsiStyle] {
  const found: ISpan[] = [];
  const cut = shortened(overwritten(line));
  let at = 0;
  for (const match of cut.matchAll(SGR)) {
    push(found, cut.slice(at, match.index), style);
    style = restyled(style, match[1]);
    at = match.index + match[0].length;
  }
  push(found, cut.slice(at), style);
  return [found, style];
}

/** Make control characters visible and harmless. */
export function visible(text: string): string {
  return text.replace(CONTROL, control => {
    const code = control.charCodeAt(0);
    return code === 0x7f ? '\u2421' : String.fromCharCode(0x2400 + code);
  });
}

function push(found: ISpan[], text: string, style: IAnsiStyle): void {
  if (text !== '') {
    found.push({ text: visible(text), className: classOf(style) });
  }
}

/** Return what a terminal would leave of a line in which a progress bar went back to its start. */
function overwritten(line: string): string {
  const shown = line.replace(/[\r\n]+$/, '');
  return shown.slice(shown.lastIndexOf('\r') + 1);
}

function shortened(line: string): string {
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
}

function classOf({ foreground, background, marks }: IAnsiStyle): string {
  return [
    foreground && `jt-ansi-${foreground}-fg`,
    background && `jt-ansi-${background}-bg`,
    ...Array.from(marks, mark => `jt-ansi-${mark}`)
  ]
    .filter(Boolean)
    .join(' ');
}

function restyled(style: IAnsiStyle, parameters: string): IAnsiStyle {
  const codes = parameters.split(/[;:]/).map(Number);
  for (let at = 0; at < codes.length; at++) {
    if (codes[at] === 38 || codes[at] === 48) {
      style = extended(style, codes, at);
      at += codes[at + 1] === 5 ? 2 : 4;
    } else {
      style = applied(style, codes[at]);
    }
  }
  return style;
}

/** Take `38;5;n`: of its 256 colours the sixteen that themes have; others are left out. */
function extended(style: IAnsiStyle, codes: readonly number[], at: number): IAnsiStyle {
  const index = codes[at + 1] === 5 ? codes[at + 2] : undefined;
  if (index === undefined || !(index >= 0 && index < 16)) {
    return style;
  }
  const base = codes[at] === 38 ? 30 : 40;
  return applied(style, index < 8 ? base + index : base + 60 + index - 8);
}

function applied(style: IAnsiStyle, code: number): IAnsiStyle {
  const marks = new Set(style.marks);
  if (code === 0) {
    return PLAIN;
  }
  if (code in MARKS) {
    return { ...style, marks: marks.add(MARKS[code]) };
  }
  if (code in UNMARKS) {
    UNMARKS[code].forEach(mark => marks.delete(mark));
    return { ...style, marks };
  }
  return coloured(style, code);
}

function coloured(style: IAnsiStyle, code: number): IAnsiStyle {
  const [tens, ones] = [Math.floor(code / 10), code % 10];
  const name = ones < 8 ? NAMES[ones] : '';
  const colours: Record<number, IAnsiStyle> = {
    3: { ...style, foreground: name },
    4: { ...style, background: name },
    9: { ...style, foreground: name && `bright-${name}` },
    10: { ...style, background: name && `bright-${name}` }
  };
  return colours[tens] ?? style;
}
