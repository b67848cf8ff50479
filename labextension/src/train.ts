/** The plugin that owns what all views share: the client, the stream and the list of jobs. */

/* eslint-disable jupyter/prefer-lazy-imports -- the service is made of these, at once */
import { Client } from './data/client';
import { JobsModel } from './data/jobs';
import { openStream } from './data/socket';
import { ITrain } from './tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const trainPlugin: JupyterFrontEndPlugin<ITrain> = {
  id: 'jupyter-train:train',
  description: 'Provides the client, the live stream and the list of training jobs.',
  autoStart: true,
  provides: ITrain,
  activate: (app: JupyterFrontEnd): ITrain => {
    const settings = app.serviceManager.serverSettings;
    // an application ends with its page, and the page closes its sockets
    const page = new AbortController().signal;
    const stream = openStream(settings, page);
    const jobs = new JobsModel();
    void app.restored.then(() => { jobs.follow(stream, page); });
    return { client: new Client(settings), stream, jobs };
  }
};
