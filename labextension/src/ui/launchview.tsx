/** The launch form as a widget: what is typed outlives its being taken off the page. */

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { LaunchForm } from './launchform';

import type { Message } from '@lumino/messaging';
import type { LaunchModel } from '../data/launch';
import type { ILaunchFormProps } from './launchform';

export class LaunchView extends ReactWidget {
  /**
   * @param props - what the form is made of
   * @param life - ended with the widget
   */
  constructor(private props: ILaunchFormProps, private life: AbortController) {
    super();
    this.addClass('jt-Launch');
  }

  get model(): LaunchModel {
    return this.props.model;
  }

  override dispose(): void {
    this.life.abort();
    super.dispose();
  }

  protected override onAfterShow(): void {
    this.model.isSeen = true;
  }

  protected override onAfterHide(): void {
    this.model.isSeen = false;
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.model.isSeen = this.isVisible;
  }

  protected override onBeforeDetach(message: Message): void {
    super.onBeforeDetach(message);
    this.model.isSeen = false;
  }

  protected override render(): JSX.Element {
    return <LaunchForm {...this.props} />;
  }
}
