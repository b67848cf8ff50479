/** The plugins, one line each: what they offer is in the files they name. */

import { mimePlugin } from './mime/plugin';
import { trainPlugin } from './train';

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

const plugins: JupyterFrontEndPlugin<unknown>[] = [trainPlugin, mimePlugin];

export default plugins;
