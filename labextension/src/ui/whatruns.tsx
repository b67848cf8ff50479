/** The part of the launch form that says what runs: in which Python or image, and which script. */

import * as React from 'react';
import { Check, Choice, Lines, Select, Text } from './formfields';
import { problemAt } from './formpart';

import type { IEngine } from '../contract/container';
import type { Origin, Place } from '../contract/form';
import type { Pair } from '../contract/pair';
import type { IFormPart } from './formpart';

/** What there is around the form that can be trained. */
export interface ISurroundings {
  /** Kernels whose Python can run the script: name and label. */
  kernels: readonly Pair[];
  /** Lets a person choose a script; absent where there is no file browser. */
  browse?: () => Promise<string | null>;
  /** Returns the path of the notebook in front; empty if there is none. */
  notebook?: () => string;
  /** Returns the source of its active cell. */
  cell?: () => string;
  /** Tells what there is to run containers with; never rejects. */
  engine: () => Promise<IEngine>;
}

const EXAMPLE = 'my-training:latest';

export function WhatRuns(props: IFormPart & ISurroundings): JSX.Element {
  const { form, set, trans } = props;
  return (
    <section className="jt-Form-part" aria-label={trans.__('What runs')}>
      <h3>{trans.__('What runs')}</h3>
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
      <From {...props} />
      {form.origin === 'cell' && <Cell {...props} />}
      {form.origin === 'job' && <Former {...props} />}
      {form.origin === 'notebook' && <p className="jt-Form-path">{form.path}</p>}
      {form.origin === 'file' && <Script {...props} />}
      <Text
        label={trans.__('Job name')}
        hint={trans.__('Letters, digits and hyphens; empty: made from what runs and the time')}
        value={form.name}
        problem={problemAt(props.problems, 'name')}
        changed={name => { set({ name }); }}
      />
    </section>
  );
}

/** Where the script is from; a choice only where there is one. */
function From({ form, set, notebook, cell, trans }: IFormPart & ISurroundings): JSX.Element | null {
  const path = notebook?.() ?? '';
  const { origin, source } = form;
  const choices: [Origin, string][] = [['file', trans.__('A file')]];
  if (path || origin === 'notebook') {
    choices.push(['notebook', trans.__('The current notebook')]);
  }
  if (path || origin === 'cell') {
    choices.push(['cell', trans.__('This cell')]);
  }
  if (source) {
    choices.push(['job', trans.__('What the former job ran')]);
  }
  const chosen: Record<Origin, () => object> = {
    file: () => ({}),
    notebook: () => ({ path: path || form.path }),
    cell: () => ({ code: cell?.() || form.code }),
    job: () => ({})
  };
  return choices.length === 1 ? null : (
    <Choice
      legend={trans.__('Trains')}
      choices={choices}
      value={origin}
      changed={next => { set({ origin: next as Origin, ...chosen[next as Origin]() }); }}
    />
  );
}

function Script(props: IFormPart & ISurroundings): JSX.Element {
  const { form, set, problems, trans, browse } = props;
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
            : trans.__('A .py or .sh file, or a notebook, as the file browser names it')
        }
        value={form.path}
        problem={problemAt(problems, 'path')}
        changed={path => { set({ path }); }}
        isRequired={!isImage}
      >
        {browse && (
          <button
            type="button"
            className="jt-Button jt-Form-browse"
            aria-label={trans.__('Browse for a script…')}
            onClick={() => { void choose(); }}
          >
            {trans.__('Browse…')}
          </button>
        )}
      </Text>
      <Check
        label={trans.__('Send the whole folder the script is in')}
        isChecked={form.wholeFolder}
        problem={problemAt(problems, 'whole_folder')}
        changed={wholeFolder => { set({ wholeFolder }); }}
      />
    </>
  );
}

function Cell({ form, set, problems, trans }: IFormPart): JSX.Element {
  return (
    <Lines
      label={trans.__('Cell')}
      hint={trans.__('A copy: what is changed here stays here')}
      value={form.code}
      problem={problemAt(problems, 'code')}
      changed={code => { set({ code }); }}
      isRequired
    />
  );
}

function Former({ form, set, problems, trans }: IFormPart): JSX.Element {
  return (
    <Text
      label={trans.__('Stored source')}
      value={form.source}
      problem={problemAt(problems, 'source')}
      changed={source => { set({ source }); }}
    />
  );
}

function Python({ form, set, problems, trans, kernels }: IFormPart & ISurroundings): JSX.Element {
  return (
    <Select
      label={trans.__('Python')}
      choices={[['', trans.__('The one JupyterLab runs on')], ...kernels]}
      value={form.kernel}
      problem={problemAt(problems, 'kernel')}
      changed={kernel => { set({ kernel }); }}
    />
  );
}

/** Asks for the images when it is first shown, and says what stands in their way. */
function Image({ form, set, problems, trans, engine }: IFormPart & ISurroundings): JSX.Element {
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
        problem={problemAt(problems, 'image')}
        changed={image => { set({ image }); }}
        choices={images}
        placeholder={EXAMPLE}
        isRequired
      />
    </>
  );
}
