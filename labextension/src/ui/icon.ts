/** The icon of everything about training: a curve that falls. */

import { LabIcon } from '@jupyterlab/ui-components';

// `jp-icon3` colours by theme, whatever has a stroke of its own; it must not reach the fill.
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g fill="none" stroke-width="2" stroke-linecap="round">
    <path class="jp-icon3" stroke="#616161" d="M4 3v17h17"/>
    <path class="jp-icon3" stroke="#616161" d="M8 6c1.500 7 4 10 12 10.500"/>
  </g>
</svg>`;

export const trainIcon = new LabIcon({ name: 'jupyter-train:train', svgstr: SVG });
