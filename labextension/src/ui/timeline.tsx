/** The statuses of a job as a bar, as wide as they were long, and the same as a table. */

import * as React from 'react';
import { stays } from './course';
import { elapsed } from './duration';
import { statusLook } from './status';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ITransition } from '../contract/sagemaker';
import type { IStay } from './course';

export interface ITimelineProps {
  transitions: readonly ITransition[];
  now: number;
  trans: TranslationBundle;
}

export function Timeline({ transitions, now, trans }: ITimelineProps): JSX.Element {
  const found = stays(transitions, now);
  const word = (status: string): string => {
    return statusLook({ TrainingJobStatus: status, SecondaryStatus: status }, trans).word;
  };
  const says = (stay: IStay): string => trans.__(
    '%1: %2, %3 % of the time',
    word(stay.status),
    elapsed(stay.seconds, trans),
    Math.round(stay.share * 100)
  );
  return (
    <div className="jt-Timeline">
      <ol aria-label={trans.__('How long each status took')}>
        {found.map((stay, at) => (
          <li
            key={at}
            className={`jt-Timeline-stay jt-mod-${stay.status}`}
            style={{ flexGrow: stay.share }}
            tabIndex={0}
            aria-label={says(stay)}
            title={says(stay)}
          />
        ))}
      </ol>
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('Status')}</th>
            <th scope="col">{trans.__('From')}</th>
            <th scope="col">{trans.__('Took')}</th>
            <th scope="col">{trans.__('Message')}</th>
          </tr>
        </thead>
        <tbody>
          {transitions.map((each, at) => (
            <tr key={at}>
              <td>
                <span className={`jt-Timeline-key jt-mod-${each.Status}`} aria-hidden="true" />
                {word(each.Status)}
              </td>
              <td>{new Date(each.StartTime * 1000).toLocaleTimeString()}</td>
              <td>{took(each, now, trans)}</td>
              <td>{each.StatusMessage}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function took(stay: ITransition, now: number, trans: TranslationBundle): string {
  const seconds = (stay.EndTime ?? now) - stay.StartTime;
  return seconds > 0 ? elapsed(seconds, trans) : '';
}
