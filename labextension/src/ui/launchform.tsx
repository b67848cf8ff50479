/** The form that starts a training job from a script. */

import * as React from 'react';
import { blame } from './blame';
import { filled, Pairs } from './pairs';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Field } from './blame';
import type { Pair } from './pairs';

export interface ILaunchFormProps {
  path: string;
  /** Kernels whose Python can run the script: name and label. */
  kernels: readonly Pair[];
  /** Lets the user choose a script; absent where there is no file browser. */
  browse?: () => Promise<string | null>;
  /** Submits; resolves to the job's name, rejects with an error that may name a field. */
  submit: (form: object) => Promise<string>;
  trans: TranslationBundle;
}

interface IForm {
  path: string;
  wholeFolder: boolean;
  name: string;
  kernel: string;
  instanceType: string;
  maxHours: string;
  hyperparameters: readonly Pair[];
  inputs: readonly Pair[];
  metrics: readonly Pair[];
}

const EMPTY: Omit<IForm, 'path'> = {
  wholeFolder: false,
  name: '',
  kernel: '',
  instanceType: 'local',
  maxHours: '24',
  hyperparameters: [['', '']],
  inputs: [],
  metrics: [['', '']]
};

const INSTANCE_TYPES = ['local', 'local_gpu', 'ml.m5.large', 'ml.m5.xlarge', 'ml.g5.xlarge'];

/** Return what the server is sent. */
export function document(form: IForm): object {
  return {
    path: form.path,
    whole_folder: form.wholeFolder,
    name: form.name,
    kernel: form.kernel,
    instance_type: form.instanceType,
    max_run: Math.round(Number(form.maxHours) * 3600),
    hyperparameters: filled(form.hyperparameters),
    inputs: filled(form.inputs),
    metric_definitions: filled(form.metrics)
  };
}

interface IOutcome {
  isBusy: boolean;
  problem: string;
  field: Field | null;
  started: string;
}

const NOTHING_YET: IOutcome = { isBusy: false, problem: '', field: null, started: '' };

export function LaunchForm(props: ILaunchFormProps): JSX.Element {
  const { trans } = props;
  const [form, setForm] = React.useState<IForm>({ ...EMPTY, path: props.path });
  const [outcome, setOutcome] = React.useState(NOTHING_YET);
  React.useEffect(() => { set({ path: props.path }); }, [props.path]);
  const set = (part: Partial<IForm>): void => { setForm(before => ({ ...before, ...part })); };
  const problemOf = (field: Field): string => (outcome.field === field ? outcome.problem : '');
  const submit = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    setOutcome({ ...NOTHING_YET, isBusy: true });
    try {
      setOutcome({ ...NOTHING_YET, started: await props.submit(document(form)) });
    } catch (error) {
      const known = error as Error & { field?: string; code?: string };
      setOutcome({ ...NOTHING_YET, problem: known.message, field: blame(known) });
    }
  };
  return (
    <form className="jt-Form" onSubmit={event => { void submit(event); }} noValidate>
      <h2>{trans.__('New training job')}</h2>
      <What {...props} form={form} set={set} problemOf={problemOf} />
      <Tables form={form} set={set} problemOf={problemOf} trans={trans} />
      <Where {...props} form={form} set={set} problemOf={problemOf} />
      {outcome.problem && !outcome.field && (
        <p className="jt-Form-problem" role="alert">{outcome.problem}</p>
      )}
      <div className="jt-Form-end">
        <button
          type="submit"
          className="jp-mod-styled jp-mod-accept"
          disabled={outcome.isBusy}
        >
          {outcome.isBusy ? trans.__('Starting …') : trans.__('Start training')}
        </button>
        <span role="status">
          {outcome.started && trans.__('Started %1.', outcome.started)}
        </span>
      </div>
    </form>
  );
}

interface IPartProps {
  form: IForm;
  set: (part: Partial<IForm>) => void;
  problemOf: (field: Field) => string;
  trans: TranslationBundle;
}

/** What runs, and what it is called. */
function What(props: IPartProps & Pick<ILaunchFormProps, 'browse'>): JSX.Element {
  const { form, set, problemOf, trans, browse } = props;
  const choose = async (): Promise<void> => {
    const path = await browse?.();
    if (path) {
      set({ path });
    }
  };
  return (
    <>
      <Text
        label={trans.__('Script')}
        hint={trans.__('A .py or .sh file, as the file browser names it')}
        value={form.path}
        problem={problemOf('path')}
        changed={path => { set({ path }); }}
        isRequired
      >
        {browse && (
          <button type="button" className="jp-mod-styled" onClick={() => { void choose(); }}>
            {trans.__('Browse…')}
          </button>
        )}
      </Text>
      <label className="jt-Form-check">
        <input
          type="checkbox"
          checked={form.wholeFolder}
          onChange={event => { set({ wholeFolder: event.target.checked }); }}
        />
        {trans.__('Send the whole folder the script is in')}
      </label>
      <Text
        label={trans.__('Job name')}
        hint={trans.__('Letters, digits and hyphens; empty: made from the script and the time')}
        value={form.name}
        problem={problemOf('name')}
        changed={name => { set({ name }); }}
      />
    </>
  );
}

/** What the script is told, reads and prints. */
function Tables({ form, set, problemOf, trans }: IPartProps): JSX.Element {
  return (
    <>
      <Pairs
        legend={trans.__('Hyperparameters')}
        names={[trans.__('name'), trans.__('value')]}
        examples={['learning-rate', '0.01']}
        pairs={form.hyperparameters}
        problem={problemOf('hyperparameters')}
        changed={hyperparameters => { set({ hyperparameters }); }}
        trans={trans}
      />
      <Pairs
        legend={trans.__('Channels')}
        names={[trans.__('name'), trans.__('file, folder or s3:// address')]}
        examples={['training', 'data/']}
        pairs={form.inputs}
        problem={problemOf('inputs')}
        changed={inputs => { set({ inputs }); }}
        trans={trans}
      />
      <Pairs
        legend={trans.__('Metrics in the log')}
        names={[trans.__('name'), trans.__('regular expression with one group')]}
        examples={['loss', 'loss=([0-9.]+)']}
        pairs={form.metrics}
        problem={problemOf('metric_definitions')}
        changed={metrics => { set({ metrics }); }}
        trans={trans}
      />
    </>
  );
}

/** Where it runs, with which Python, and for how long at most. */
function Where(props: IPartProps & { kernels: readonly Pair[] }): JSX.Element {
  const { form, set, problemOf, trans, kernels } = props;
  const id = React.useId();
  return (
    <>
      {kernels.length > 0 && (
        <label className="jt-Form-field">
          <span>{trans.__('Python')}</span>
          <div className="jp-select-wrapper">
            <select
              className="jp-mod-styled"
              value={form.kernel}
              onChange={event => { set({ kernel: event.target.value }); }}
            >
              <option value="">{trans.__('The one JupyterLab runs on')}</option>
              {kernels.map(([name, label]) => <option key={name} value={name}>{label}</option>)}
            </select>
          </div>
          <Problem text={problemOf('kernel')} />
        </label>
      )}
      <Text
        label={trans.__('Instance type')}
        value={form.instanceType}
        problem={problemOf('instance_type')}
        changed={instanceType => { set({ instanceType }); }}
        list={id}
      />
      <datalist id={id}>
        {INSTANCE_TYPES.map(type => <option key={type} value={type} />)}
      </datalist>
      <Text
        label={trans.__('Stop after (hours)')}
        value={form.maxHours}
        problem={problemOf('max_run')}
        changed={maxHours => { set({ maxHours }); }}
      />
    </>
  );
}

interface ITextProps {
  label: string;
  hint?: string;
  value: string;
  problem: string;
  changed: (text: string) => void;
  isRequired?: boolean;
  list?: string;
  children?: React.ReactNode;
}

function Text(props: ITextProps): JSX.Element {
  const id = React.useId();
  return (
    <div className="jt-Form-field">
      <label htmlFor={id}>{props.label}</label>
      <div className="jt-Form-line">
        <input
          id={id}
          className="jp-mod-styled"
          type="text"
          spellCheck={false}
          value={props.value}
          list={props.list}
          aria-required={props.isRequired}
          aria-invalid={props.problem !== ''}
          aria-describedby={`${id}-more`}
          onChange={event => { props.changed(event.target.value); }}
        />
        {props.children}
      </div>
      <div id={`${id}-more`}>
        {props.hint && <small>{props.hint}</small>}
        <Problem text={props.problem} />
      </div>
    </div>
  );
}

function Problem({ text }: { text: string }): JSX.Element | null {
  return text ? <p className="jt-Form-problem" role="alert">{text}</p> : null;
}
