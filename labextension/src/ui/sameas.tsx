/** The job of the form in other words: as Python, as a command line, as a request. */

import { Clipboard } from '@jupyterlab/apputils';
import * as React from 'react';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ICheck } from '../contract/checked';

const TONGUES = ['python', 'cli', 'boto3'] as const;

type Tongue = (typeof TONGUES)[number];

const TURNS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };

export interface ISameAsProps {
  checked: ICheck;
  trans: TranslationBundle;
}

export function SameAs({ checked, trans }: ISameAsProps): JSX.Element {
  const [tongue, setTongue] = React.useState<Tongue>('python');
  const id = React.useId();
  const names: Record<Tongue, string> = {
    python: 'Python',
    cli: trans.__('Command line'),
    boto3: 'boto3'
  };
  const turn = (event: React.KeyboardEvent<HTMLElement>): void => {
    const by = TURNS[event.key] ?? 0;
    if (by !== 0) {
      const next = TONGUES[(TONGUES.indexOf(tongue) + by + TONGUES.length) % TONGUES.length];
      setTongue(next);
      document.getElementById(`${id}-${next}`)?.focus();
    }
  };
  return (
    <section className="jt-SameAs" aria-label={trans.__('The same as')}>
      <h3>{trans.__('The same as')}</h3>
      <div className="jt-SameAs-bar">
        <div role="tablist" aria-label={trans.__('The same job as')} onKeyDown={turn}>
          {TONGUES.map(each => (
            <button
              key={each}
              id={`${id}-${each}`}
              type="button"
              role="tab"
              aria-selected={each === tongue}
              aria-controls={`${id}-panel`}
              tabIndex={each === tongue ? 0 : -1}
              onClick={() => { setTongue(each); }}
            >
              {names[each]}
            </button>
          ))}
        </div>
        <Copy text={checked[tongue]} name={names[tongue]} trans={trans} />
      </div>
      <pre id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${tongue}`} tabIndex={0}>
        {checked[tongue] || trans.__('Say what runs, and this says how to do the same in code.')}
      </pre>
    </section>
  );
}

interface ICopyProps {
  text: string;
  name: string;
  trans: TranslationBundle;
}

function Copy({ text, name, trans }: ICopyProps): JSX.Element {
  const [copied, setCopied] = React.useState('');
  return (
    <span className="jt-SameAs-copy">
      <span role="status">{copied !== '' && copied === text && trans.__('Copied')}</span>
      <button
        type="button"
        className="jt-Button"
        disabled={text === ''}
        aria-label={trans.__('Copy: %1', name)}
        onClick={() => {
          Clipboard.copyToSystem(text);
          setCopied(text);
        }}
      >
        {trans.__('Copy')}
      </button>
    </span>
  );
}
