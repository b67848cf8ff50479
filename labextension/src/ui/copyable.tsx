/** A value with a button that copies it. */

import { Clipboard } from '@jupyterlab/apputils';
import { copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { TranslationBundle } from '@jupyterlab/translation';

export interface ICopyableProps {
  /** What the value is called. */
  name: string;
  text: string;
  trans: TranslationBundle;
}

export function Copyable({ name, text, trans }: ICopyableProps): JSX.Element {
  const [isCopied, setCopied] = React.useState(false);
  const copy = (): void => {
    Clipboard.copyToSystem(text);
    setCopied(true);
  };
  return (
    <span className="jt-Copyable">
      <span>{text}</span>
      <button
        type="button"
        title={trans.__('Copy')}
        aria-label={trans.__('Copy: %1', name)}
        onClick={copy}
        onBlur={() => { setCopied(false); }}
      >
        <copyIcon.react tag="span" />
      </button>
      <span role="status">{isCopied && trans.__('Copied')}</span>
    </span>
  );
}
