/** The plugin that draws a job in a notebook's output, in JupyterLab and in Notebook 7. */

import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CommandIDs, ITrain, JOB_MIME_TYPE } from '../tokens';
// eslint-disable-next-line jupyter/prefer-lazy-imports -- renderers are made synchronously
import { JobRenderer } from './renderer';

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
    const trans = (translator ?? nullTranslator).load('jupyter-train');
    const open = (job: string): void => {
      void app.commands.execute(CommandIDs.openJob, { job });
    };
    // rank 0: before the HTML that the same output carries for other front ends
    registry.addFactory(
      {
        safe: true,
        mimeTypes: [JOB_MIME_TYPE],
        createRenderer: () => {
          const hasTab = app.commands.hasCommand(CommandIDs.openJob);
          return new JobRenderer(train, trans, hasTab ? open : undefined);
        }
      },
      0
    );
  }
};
