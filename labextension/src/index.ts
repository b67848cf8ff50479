/** The plugins, one line each: what they offer is in the files they name. */

import { mimePlugin } from './mime/plugin';
import { commandsPlugin } from './panels/commands';
import { comparePlugin } from './panels/compare';
import { jobPlugin } from './panels/job';
import { jobsPlugin } from './panels/jobs';
import { launchPlugin } from './panels/launch';
import { manyJobsPlugin } from './panels/manyjobs';
import { noticesPlugin } from './panels/notices';
import { runningPlugin } from './panels/running';
import { trainPlugin } from './train';

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  trainPlugin,
  mimePlugin,
  commandsPlugin,
  manyJobsPlugin,
  comparePlugin,
  jobsPlugin,
  jobPlugin,
  launchPlugin,
  runningPlugin,
  noticesPlugin
];

export default plugins;
