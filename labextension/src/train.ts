/** The plugin that owns what all views share: client, stream, list of jobs, preferences. */

import { ISettingRegistry } from '@jupyterlab/settingregistry';
/* eslint-disable jupyter/prefer-lazy-imports -- the service is made of these, at once */
import { Client } from './data/client';
import { JobsModel } from './data/jobs';
import { Preferences } from './data/preferences';
import { openStream } from './data/socket';
import { ITrain, SETTINGS } from './tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const trainPlugin: JupyterFrontEndPlugin<ITrain> = {
  id: 'jupyter-train:train',
  description: 'Provides the client, the live stream and the list of training jobs.',
  autoStart: true,
  provides: ITrain,
  optional: [ISettingRegistry],
  activate: (app: JupyterFrontEnd, registry: ISettingRegistry | null): ITrain => {
    const settings = app.serviceManager.serverSettings;
    // an application ends with its page, and the page closes its sockets
    const page = new AbortController().signal;
    const stream = openStream(settings, page);
    const jobs = new JobsModel();
    void app.restored.then(() => { jobs.follow(stream, page); });
    const preferences = new Preferences();
    void obey(preferences, registry);
    return { client: new Client(settings), stream, jobs, preferences };
  }
};

/** Keep the preferences as the settings say. */
async function obey(preferences: Preferences, registry: ISettingRegistry | null): Promise<void> {
  const settings = await registry?.load(SETTINGS).catch(() => null);
  if (settings) {
    const read = (): void => {
      preferences.smoothing = settings.get('smoothing').composite as number;
    };
    settings.changed.connect(read);
    read();
  }
}
