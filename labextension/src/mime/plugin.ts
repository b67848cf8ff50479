/** The plugin that draws jobs and launch forms in notebooks, in JupyterLab and in Notebook 7. */

import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CommandIDs, FORM_MIME_TYPE, ITrain, JOB_MIME_TYPE } from '../tokens';
/* eslint-disable jupyter/prefer-lazy-imports -- renderers are made synchronously */
import { FormRenderer } from './form';
import { JobRenderer } from './renderer';
/* eslint-enable jupyter/prefer-lazy-imports */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const mimePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-train:mime',
  description: 'Draws a live training job, or the form that starts one, in a notebook.',
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
    registry.addFactory(
      {
        // a notebook of somebody else fills in no form that a click would start
        safe: false,
        mimeTypes: [FORM_MIME_TYPE],
        createRenderer: () => {
          const hasTab = app.commands.hasCommand(CommandIDs.openJob);
          const kernels = app.serviceManager.kernelspecs;
          return new FormRenderer({ train, kernels, trans, ...(hasTab && { open }) });
        }
      },
      // before the widgets in the same output, whose rank is -10: they need a free kernel
      -20
    );
  }
};
