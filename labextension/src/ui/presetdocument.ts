/** A preset in a tab of its own: the form it holds, saved as any document is. */

import { ABCWidgetFactory, DocumentWidget } from '@jupyterlab/docregistry';
import { Panel } from '@lumino/widgets';
import { printPreset, readPreset } from '../data/presets';

import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { IForm } from '../contract/form';
import type { LaunchView } from './launchview';

/** Makes a form, filled. */
export type NewView = (form: IForm) => Promise<LaunchView>;

export class PresetFactory extends ABCWidgetFactory<DocumentWidget> {
  /**
   * @param options - what kind of files it opens
   * @param view - makes the form
   * @param told - says in words what is wrong with a file
   */
  constructor(
    options: DocumentRegistry.IWidgetFactoryOptions<DocumentWidget>,
    private view: NewView,
    private told: (error: Error) => string
  ) {
    super(options);
  }

  protected override createNewWidget(context: DocumentRegistry.Context): DocumentWidget {
    const content = new Panel();
    content.addClass('jt-Preset');
    const widget = new DocumentWidget({ content, context });
    widget.toolbar.hide();
    void context.ready.then(async () => {
      try {
        await this._show(content, context);
      } catch (error) {
        content.addClass('jt-mod-broken');
        content.node.textContent = this.told(error as Error);
      }
    });
    return widget;
  }

  private async _show(content: Panel, { model: file }: DocumentRegistry.Context): Promise<void> {
    const view = await this.view(readPreset(file.toString()));
    if (content.isDisposed) {
      view.dispose();
      return;
    }
    content.addWidget(view);
    let last = printPreset(view.model.form);
    view.model.changed.connect(({ form }) => {
      const text = printPreset(form);
      if (text !== last && !file.isDisposed) {
        last = text;
        file.fromString(text);
      }
    });
  }
}
