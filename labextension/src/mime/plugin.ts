/** The plugin that draws a job in a notebook's output, in JupyterLab and in Notebook 7. */

import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ITrain, JOB_MIME_TYPE } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const mimePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-train:mime',
  description: 'Draws a live training job in a notebook.',
  autoStart: true,
  requires: [IRenderMimeRegistry, ITrain],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    registry: IRenderMimeRegistry,
    train: ITrain,
    translator: ITranslator | null
  ): void => {
    void [app, registry, train, translator ?? nullTranslator, JOB_MIME_TYPE];
  }
};
