/** What a container may be told besides its image. */

import * as React from 'react';
import { Check, Fold, Text } from './formfields';
import { hasProblem, problemAt } from './formpart';

import type { IFormPart } from './formpart';

const FIELDS = ['command', 'arguments', 'network_isolation', 'keep_alive', 'remote_debug'];

const EXAMPLE = 'python3 /opt/program/train.py';

export function ContainerOptions({ form, set, problems, trans }: IFormPart): JSX.Element {
  return (
    <Fold
      summary={trans.__('More about the container')}
      isUrgent={hasProblem(problems, FIELDS)}
    >
      <Text
        label={trans.__('Entry point')}
        hint={trans.__('What runs instead of the image’s own, as in a shell')}
        value={form.command}
        problem={problemAt(problems, 'command')}
        changed={command => { set({ command }); }}
        placeholder={EXAMPLE}
      />
      <Text
        label={trans.__('Arguments')}
        hint={trans.__('What it is told instead of “train”')}
        value={form.arguments}
        problem={problemAt(problems, 'arguments')}
        changed={text => { set({ arguments: text }); }}
      />
      <Text
        label={trans.__('Keep warm (minutes)')}
        hint={trans.__('The next job of this shape starts at once; empty: not at all')}
        value={form.keepMinutes}
        problem={problemAt(problems, 'keep_alive')}
        changed={keepMinutes => { set({ keepMinutes }); }}
        inputMode="decimal"
      />
      <Check
        label={trans.__('No network')}
        isChecked={form.isIsolated}
        problem={problemAt(problems, 'network_isolation')}
        changed={isIsolated => { set({ isIsolated }); }}
      />
      <Check
        label={trans.__('Allow terminals in the running container')}
        isChecked={form.hasTerminal}
        problem={problemAt(problems, 'remote_debug')}
        changed={hasTerminal => { set({ hasTerminal }); }}
      />
    </Fold>
  );
}
