/** The form that starts a training job from a script, a notebook, an image, or a former job. */

import * as React from 'react';
import { FIELDS } from '../contract/form';
import { Belonging } from './belonging';
import { Channels } from './channels';
import { ContainerOptions } from './containeroptions';
import { Problem } from './formfields';
import { Metrics } from './metrictester';
import { Parameters } from './parameters';
import { Resources } from './resources';
import { SameAs } from './sameas';
import { WhatRuns } from './whatruns';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { LaunchModel } from '../data/launch';
import type { IFormPart } from './formpart';
import type { ISurroundings } from './whatruns';

export interface ILaunchFormProps {
  model: LaunchModel;
  around: ISurroundings;
  /** Lets a person choose what a channel reads; absent where there is no file browser. */
  browse?: () => Promise<string | null>;
  /** Whether files can be dragged to it. */
  canDrop: boolean;
  presets?: IPresetDeeds;
  /** Told the name of a job that was started. */
  started: (job: string) => void;
  trans: TranslationBundle;
}

/** What can be done with forms in files. */
export interface IPresetDeeds {
  open: () => Promise<void>;
  save: () => Promise<void>;
}

export function LaunchForm(props: ILaunchFormProps): JSX.Element {
  const { model, around, browse, canDrop, trans } = props;
  useChanges(model);
  const { form, problems } = model;
  const part: IFormPart = { form, problems, trans, set: each => { model.set(each); } };
  const submit = async (event: React.FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const whole = event.currentTarget;
    const job = await model.submit();
    if (job) {
      props.started(job);
    } else {
      requestAnimationFrame(() => { lead(whole); }); // what is wrong has been drawn by then
    }
  };
  return (
    <form
      className="jt-Form"
      aria-label={trans.__('New training job')}
      onSubmit={event => { void submit(event); }}
      noValidate
    >
      <div className="jt-Form-head">
        <h2>{trans.__('New training job')}</h2>
        {props.presets && <Presets deeds={props.presets} trans={trans} />}
      </div>
      <div className="jt-Form-parts">
        <WhatRuns {...part} {...around} />
        <section className="jt-Form-part" aria-label={trans.__('What it is told')}>
          <Parameters {...part} inspection={model.inspection} isTried={model.isTried} />
          <Channels {...part} browse={browse} canDrop={canDrop} />
          <Metrics {...part} tryout={tryoutOf(model)} />
        </section>
        <Resources {...part} capacity={model.capacity} wait={model.checked.wait} />
        <section className="jt-Form-part" aria-label={trans.__('More')}>
          {form.place === 'image' && <ContainerOptions {...part} />}
          <Belonging {...part} />
        </section>
      </div>
      <SameAs checked={model.checked} trans={trans} />
      <Foot model={model} trans={trans} />
    </form>
  );
}

/** Lead to the first field that is wrong. */
function lead(form: HTMLElement | null | undefined): void {
  form?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
}

/** Draw again in the same moment: a field that is drawn later loses its caret. */
function useChanges(model: LaunchModel): void {
  const [, draw] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const changed = (): void => { draw(); };
    model.changed.connect(changed);
    model.tryout.changed.connect(changed);
    changed();
    return () => {
      model.changed.disconnect(changed);
      model.tryout.changed.disconnect(changed);
    };
  }, [model]);
}

function tryoutOf({ tryout }: LaunchModel): React.ComponentProps<typeof Metrics>['tryout'] {
  const { log, tried, found, problem } = tryout;
  return { log, tried, found, problem, set: (text, names) => { tryout.set(text, names); } };
}

function Presets({ deeds, trans }: { deeds: IPresetDeeds; trans: TranslationBundle }): JSX.Element {
  return (
    <div className="jt-Form-presets" role="group" aria-label={trans.__('Preset')}>
      <button type="button" className="jt-Button" onClick={() => { void deeds.open(); }}>
        {trans.__('Open preset…')}
      </button>
      <button type="button" className="jt-Button" onClick={() => { void deeds.save(); }}>
        {trans.__('Save as preset…')}
      </button>
    </div>
  );
}

/** The button that starts it, and what stands in its way. */
function Foot({ model, trans }: { model: LaunchModel; trans: TranslationBundle }): JSX.Element {
  const { outcome, isAway } = model;
  const foot = React.useRef<HTMLDivElement>(null);
  const elsewhere = model.problems.filter(each => !FIELDS.has(each.field.split('.')[0]));
  const count = model.problems.length - elsewhere.length;
  return (
    <div className="jt-Form-foot" ref={foot}>
      {isAway && (
        <p className="jt-Form-warning" role="status">
          {trans.__(
            'The training manager cannot be reached; trying again. What is typed is kept.'
          )}
        </p>
      )}
      <Problem text={[outcome.problem, ...elsewhere.map(each => each.message)].join(' ').trim()} />
      <div className="jt-Form-end">
        <button type="submit" className="jp-mod-styled jp-mod-accept" disabled={outcome.isBusy}>
          {outcome.isBusy ? trans.__('Starting …') : trans.__('Start training')}
        </button>
        {count > 0 && (
          <button
            type="button"
            className="jt-Button"
            onClick={() => { lead(foot.current?.closest('form')); }}
          >
            {trans._n('Show what is wrong', 'Show the first of %1 problems', count)}
          </button>
        )}
        <span role="status">
          {outcome.started && trans.__('Started %1.', outcome.started)}
        </span>
      </div>
    </div>
  );
}
