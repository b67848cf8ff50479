/** The theme's colours for what is painted on a canvas, which CSS cannot reach. */

/** What a chart is painted with. */
export interface IPalette {
  text: string;
  grid: string;
  font: string;
  lines: readonly string[];
}

/** How many lines differ by colour; beyond it, dashes tell them apart. */
export const COLOURS = 8;

/** Read the colours as they are now; `chart.css` says which theme variables they are. */
export function paletteOf(node: Element): IPalette {
  const style = getComputedStyle(node);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    text: read('--jp-ui-font-color1'),
    grid: read('--jp-border-color2'),
    // uPlot scales fonts by /(\d+)px/: whole pixels only
    font: `${Math.round(parseFloat(style.fontSize)) || 11}px ${style.fontFamily}`,
    lines: Array.from({ length: COLOURS }, (_, index) => read(`--jt-line-${index}`))
  };
}

/** Return the dashes of line `index`: none for the first round of colours. */
export function dashOf(index: number): number[] {
  const round = Math.floor(index / COLOURS);
  return round === 0 ? [] : [8 / round, 4];
}

/** Call back when the theme has changed, until the signal says stop. */
export function onTheme(changed: () => void, until: AbortSignal): void {
  const observer = new MutationObserver(changed);
  const attributeFilter = ['data-jp-theme-name', 'data-jp-theme-light'];
  observer.observe(document.body, { attributes: true, attributeFilter });
  until.addEventListener('abort', () => { observer.disconnect(); }, { once: true });
}
