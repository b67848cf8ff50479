/** Where a job belongs: its tags and experiment; and what its environment says. */

import * as React from 'react';
import { faults } from '../contract/pair';
import { Fold, Text } from './formfields';
import { hasProblem, problemAt } from './formpart';
import { Pairs } from './pairs';

import type { IFormPart } from './formpart';

export function Belonging({ form, set, problems, trans }: IFormPart): JSX.Element {
  return (
    <Fold
      summary={trans.__('Tags, experiment and environment')}
      isUrgent={
        hasProblem(problems, ['tags', 'experiment', 'environment']) ||
        [form.tags, form.environment].some(each => faults(each).some(fault => fault !== null))
      }
    >
      <Pairs
        legend={trans.__('Tags')}
        field="tags"
        names={[trans.__('name'), trans.__('value')]}
        examples={['team', 'vision']}
        pairs={form.tags}
        problems={problems}
        changed={tags => { set({ tags }); }}
        trans={trans}
      />
      <Text
        label={trans.__('Experiment')}
        hint={trans.__('Jobs of one experiment are shown together')}
        value={form.experiment}
        problem={problemAt(problems, 'experiment')}
        changed={experiment => { set({ experiment }); }}
      />
      <Pairs
        legend={trans.__('Environment variables')}
        field="environment"
        names={[trans.__('name'), trans.__('value')]}
        examples={['OMP_NUM_THREADS', '4']}
        pairs={form.environment}
        problems={problems}
        changed={environment => { set({ environment }); }}
        trans={trans}
      />
    </Fold>
  );
}
