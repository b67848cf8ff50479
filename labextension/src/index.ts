/** The plugins, one line each: what they offer is in the files they name. */

import { mimePlugin } from './mime/plugin';
import { commandsPlugin } from './panels/commands';
import { jobPlugin } from './panels/job';
import { jobsPlugin } from './panels/jobs';
import { launchPlugin } from './panels/launch';
import { runningPlugin } from './panels/running';
import { trainPlugin } from './train';

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  trainPlugin,
  mimePlugin,
  commandsPlugin,
  jobsPlugin,
  jobPlugin,
  launchPlugin,
  runningPlugin
];

export default plugins;
