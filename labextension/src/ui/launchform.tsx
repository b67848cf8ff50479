/** The form that starts a training job from a script, an image, or both. */

import * as React from 'react';
import { blame } from './blame';
import { Check, Choice, Problem, Text } from './formfields';
import { EMPTY, launchDocument } from './launchdocument';
import { Pairs } from './pairs';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IEngine } from '../contract/container';
import type { Field } from './blame';
import type { IForm, Place } from './launchdocument';
import type { Pair } from './pair';

export interface ILaunchFormProps {
  path: string;
  /** Kernels whose Python can run the script: name and label. */
  kernels: readonly Pair[];
  /** Lets the user choose a script; absent where there is no file browser. */
  browse?: () => Promise<string | null>;
  /** Tells what there is to run containers with; never rejects. */
  engine: () => Promise<IEngine>;
  /** Submits; resolves to the job's name, rejects with an error that may name a field. */
  submit: (form: object) => Promise<string>;
  trans: TranslationBundle;
}

const INSTANCE_TYPES = ['local', 'local_gpu', 'ml.m5.large', 'ml.m5.xlarge', 'ml.g5.xlarge'];

const EXAMPLES = { image: 'my-training:latest', command: 'python3 /opt/program/train.py' };

interface IOutcome {
  isBusy: boolean;
  problem: string;
  field: Field | null;
  started: string;
}

const NOTHING_YET: IOutcome = { isBusy: false, problem: '', field: null, started: '' };

export function LaunchForm(props: ILaunchFormProps): JSX.Element {
  const { trans } = props;
  const [form, setForm] = React.useState({ ...EMPTY, path: props.path });
  const [outcome, setOutcome] = React.useState(NOTHING_YET);
  React.useEffect(() => { set({ path: props.path }); }, [props.path]);
  const set = (part: Partial<IForm>): void => { setForm(before => ({ ...before, ...part })); };
  const problemOf = (field: Field): string => (outcome.field === field ? outcome.problem : '');
  const submit = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    setOutcome({ ...NOTHING_YET, isBusy: true });
    try {
      setOutcome({ ...NOTHING_YET, started: await props.submit(launchDocument(form)) });
    } catch (error) {
      const known = error as Error & { field?: string; code?: string };
      setOutcome({ ...NOTHING_YET, problem: known.message, field: blame(known) });
    }
  };
  return (
    <form className="jt-Form" onSubmit={event => { void submit(event); }} noValidate>
      <h2>{trans.__('New training job')}</h2>
      <Where {...props} form={form} set={set} problemOf={problemOf} />
      <What {...props} form={form} set={set} problemOf={problemOf} />
      <Tables form={form} set={set} problemOf={problemOf} trans={trans} />
      <Limits form={form} set={set} problemOf={problemOf} trans={trans} />
      {form.place === 'image' && (
        <More form={form} set={set} problemOf={problemOf} trans={trans} />
      )}
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
  const isImage = form.place === 'image';
  const choose = async (): Promise<void> => {
    const path = await browse?.();
    if (path) {
      set({ path });
    }
  };
  return (
    <>
      <Text
        label={isImage ? trans.__('Script (optional)') : trans.__('Script')}
        hint={
          isImage
            ? trans.__('Run by the image’s Python; empty: the image runs its own train')
            : trans.__('A .py or .sh file, as the file browser names it')
        }
        value={form.path}
        problem={problemOf('path')}
        changed={path => { set({ path }); }}
        isRequired={!isImage}
      >
        {browse && (
          <button type="button" className="jp-mod-styled" onClick={() => { void choose(); }}>
            {trans.__('Browse…')}
          </button>
        )}
      </Text>
      <Check
        label={trans.__('Send the whole folder the script is in')}
        isChecked={form.wholeFolder}
        changed={wholeFolder => { set({ wholeFolder }); }}
      />
      <Text
        label={trans.__('Job name')}
        hint={trans.__('Letters, digits and hyphens; empty: made from what runs and the time')}
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

/** Where it runs: in which Python, or in which image. */
function Where(props: IPartProps & Pick<ILaunchFormProps, 'kernels' | 'engine'>): JSX.Element {
  const { form, set, trans } = props;
  return (
    <>
      <Choice
        legend={trans.__('Runs in')}
        choices={[
          ['python', trans.__('A Python of this machine')],
          ['image', trans.__('An image')]
        ]}
        value={form.place}
        changed={place => { set({ place: place as Place }); }}
      />
      {form.place === 'image' ? <Image {...props} /> : <Python {...props} />}
    </>
  );
}

function Python(props: IPartProps & Pick<ILaunchFormProps, 'kernels'>): JSX.Element | null {
  const { form, set, problemOf, trans, kernels } = props;
  if (kernels.length === 0) {
    return null;
  }
  return (
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
  );
}

/** Asks for the images when it is first shown, and says what stands in their way. */
function Image(props: IPartProps & Pick<ILaunchFormProps, 'engine'>): JSX.Element {
  const { form, set, problemOf, trans, engine } = props;
  const [{ images, problem }, setEngine] = React.useState<IEngine>({ images: [], problem: '' });
  React.useEffect(() => {
    void engine().then(setEngine);
  }, []);
  return (
    <>
      {problem && <p className="jt-Form-warning" role="status">{problem}</p>}
      <Text
        label={trans.__('Image')}
        hint={trans.__('One that is not here is pulled, with the credentials of docker login')}
        value={form.image}
        problem={problemOf('image')}
        changed={image => { set({ image }); }}
        choices={images}
        placeholder={EXAMPLES.image}
        isRequired
      />
    </>
  );
}

/** On how much of a machine, and for how long at most. */
function Limits({ form, set, problemOf, trans }: IPartProps): JSX.Element {
  return (
    <>
      <Text
        label={trans.__('Instance type')}
        value={form.instanceType}
        problem={problemOf('instance_type')}
        changed={instanceType => { set({ instanceType }); }}
        choices={INSTANCE_TYPES}
      />
      <Text
        label={trans.__('Stop after (hours)')}
        value={form.maxHours}
        problem={problemOf('max_run')}
        changed={maxHours => { set({ maxHours }); }}
      />
    </>
  );
}

const FOLDED: readonly Field[] = [
  'command', 'arguments', 'network_isolation', 'keep_alive', 'remote_debug'
];

/** What a container may be told besides; unfolded by hand, or by a problem in it. */
function More({ form, set, problemOf, trans }: IPartProps): JSX.Element {
  const [isOpen, setOpen] = React.useState(false);
  const hasProblem = FOLDED.some(field => problemOf(field) !== '');
  return (
    <details
      className="jt-Form-more"
      open={isOpen || hasProblem}
      onToggle={event => { setOpen(event.currentTarget.open); }}
    >
      <summary>{trans.__('More about the container')}</summary>
      <Text
        label={trans.__('Entry point')}
        hint={trans.__('What runs instead of the image’s own, as in a shell')}
        value={form.command}
        problem={problemOf('command')}
        changed={command => { set({ command }); }}
        placeholder={EXAMPLES.command}
      />
      <Text
        label={trans.__('Arguments')}
        hint={trans.__('What it is told instead of “train”')}
        value={form.arguments}
        problem={problemOf('arguments')}
        changed={text => { set({ arguments: text }); }}
      />
      <Text
        label={trans.__('Keep warm (minutes)')}
        hint={trans.__('The next job of this shape starts at once; empty: not at all')}
        value={form.keepMinutes}
        problem={problemOf('keep_alive')}
        changed={keepMinutes => { set({ keepMinutes }); }}
      />
      <Check
        label={trans.__('No network')}
        isChecked={form.isIsolated}
        problem={problemOf('network_isolation')}
        changed={isIsolated => { set({ isIsolated }); }}
      />
      <Check
        label={trans.__('Allow terminals in the running container')}
        isChecked={form.hasTerminal}
        problem={problemOf('remote_debug')}
        changed={hasTerminal => { set({ hasTerminal }); }}
      />
    </details>
  );
}
