/** The parts of the launch form about the machine: how much of it, how long, and what else. */

import * as React from 'react';
import { binarySize } from './figures';
import { Check, Fold, Text } from './formfields';
import { hasProblem, problemAt } from './formpart';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ICapacity } from '../contract/checked';
import type { IFormPart } from './formpart';

// Of AWS's names, which mean as much of this machine, those that are met most.
const FAMILIAR = ['ml.m5.large', 'ml.m5.xlarge', 'ml.g5.xlarge'];

export interface IResourcesProps extends IFormPart {
  capacity: ICapacity | null;
  /** Why the job would wait; empty if it would start at once. */
  wait: string;
}

/** On how much of a machine, and for how long at most. */
export function Resources(props: IResourcesProps): JSX.Element {
  const { form, set, problems, capacity, wait, trans } = props;
  return (
    <section className="jt-Form-part" aria-label={trans.__('Resources')}>
      <h3>{trans.__('Resources')}</h3>
      <div className="jt-Form-grid">
        <Text
          label={trans.__('Instance type')}
          value={form.instanceType}
          problem={problemAt(problems, 'instance_type')}
          changed={instanceType => { set({ instanceType }); }}
          choices={[...(capacity?.instanceTypes ?? ['local']), ...FAMILIAR]}
        />
        <Text
          label={trans.__('Stop after (hours)')}
          value={form.maxHours}
          problem={problemAt(problems, 'max_run')}
          changed={maxHours => { set({ maxHours }); }}
          inputMode="decimal"
        />
      </div>
      {capacity && <Free capacity={capacity} trans={trans} />}
      {wait && <p className="jt-Form-warning" role="status">{wait}</p>}
      <Fold
        summary={trans.__('Spot, retries and checkpoints')}
        isUrgent={hasProblem(problems, SPOT)}
      >
        <Spot {...props} />
      </Fold>
    </section>
  );
}

function Free({ capacity, trans }: { capacity: ICapacity; trans: TranslationBundle }): JSX.Element {
  const { cpus, freeCpus, memory, freeMemory, gpus, freeGpus, running, pending } = capacity;
  const facts: [string, string, number][] = [
    [trans.__('CPUs'), trans.__('%1 of %2', round(freeCpus), round(cpus)), freeCpus / cpus],
    [
      trans.__('Memory'),
      trans.__('%1 of %2', binarySize(freeMemory), binarySize(memory)),
      freeMemory / memory
    ]
  ];
  if (gpus > 0) {
    facts.push([trans.__('GPUs'), trans.__('%1 of %2', freeGpus, gpus), freeGpus / gpus]);
  }
  return (
    <div className="jt-Free" role="group" aria-label={trans.__('Free now')}>
      <strong>{trans.__('Free now')}</strong>
      {facts.map(([name, words, part]) => (
        <span key={name}>
          {`${name}: ${words}`}
          <meter aria-label={trans.__('%1 that are free', name)} value={part} min={0} max={1} />
        </span>
      ))}
      <span>{trans.__('Jobs: %1 running, %2 waiting', running, pending)}</span>
    </div>
  );
}

function round(count: number): number {
  return Math.round(count * 10) / 10;
}

const EXAMPLE = 'checkpoints/';

const SPOT = ['spot', 'max_wait', 'max_retry_attempts', 'checkpoints', 'volume_size'];

function Spot({ form, set, problems, trans }: IFormPart): JSX.Element {
  return (
    <>
      <Check
        label={trans.__('Managed spot: it may be interrupted, and goes on from its checkpoints')}
        isChecked={form.isSpot}
        problem={problemAt(problems, 'spot')}
        changed={isSpot => { set({ isSpot }); }}
      />
      <div className="jt-Form-grid">
        {form.isSpot && (
          <Text
            label={trans.__('Give up after (hours)')}
            hint={trans.__('With all waiting; no less than it may run')}
            value={form.maxWaitHours}
            problem={problemAt(problems, 'max_wait')}
            changed={maxWaitHours => { set({ maxWaitHours }); }}
            inputMode="decimal"
          />
        )}
        <Text
          label={trans.__('Try again')}
          hint={trans.__('How often after a failure that is not the script’s')}
          value={form.retries}
          problem={problemAt(problems, 'max_retry_attempts')}
          changed={retries => { set({ retries }); }}
          inputMode="numeric"
        />
        <Text
          label={trans.__('Volume (GB)')}
          hint={trans.__('What the job may write; empty: 30')}
          value={form.volumeGb}
          problem={problemAt(problems, 'volume_size')}
          changed={volumeGb => { set({ volumeGb }); }}
          inputMode="numeric"
        />
        <Text
          label={trans.__('Checkpoints')}
          hint={trans.__('A folder or an s3:// address; empty: none are kept')}
          value={form.checkpoints}
          problem={problemAt(problems, 'checkpoints')}
          changed={checkpoints => { set({ checkpoints }); }}
          placeholder={EXAMPLE}
        />
      </div>
    </>
  );
}
