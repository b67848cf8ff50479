/** The fields that forms are made of: each with its label, a hint, and what is wrong with it. */

import * as React from 'react';

export interface ITextProps {
  label: string;
  hint?: string;
  value: string;
  problem: string;
  changed: (text: string) => void;
  isRequired?: boolean;
  placeholder?: string;
  /** Values to choose from; any other may be typed. */
  choices?: readonly string[];
  children?: React.ReactNode;
}

/** One line of text. */
export function Text(props: ITextProps): JSX.Element {
  const id = React.useId();
  const { choices = [] } = props;
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
          placeholder={props.placeholder}
          list={choices.length > 0 ? `${id}-list` : undefined}
          aria-required={props.isRequired}
          aria-invalid={props.problem !== ''}
          aria-describedby={`${id}-more`}
          onChange={event => { props.changed(event.target.value); }}
        />
        {props.children}
      </div>
      {choices.length > 0 && (
        <datalist id={`${id}-list`}>
          {choices.map(choice => <option key={choice} value={choice} />)}
        </datalist>
      )}
      <div id={`${id}-more`}>
        {props.hint && <small>{props.hint}</small>}
        <Problem text={props.problem} />
      </div>
    </div>
  );
}

export interface ICheckProps {
  label: string;
  isChecked: boolean;
  problem?: string;
  changed: (isChecked: boolean) => void;
}

/** Something that is so or not. */
export function Check({ label, isChecked, problem = '', changed }: ICheckProps): JSX.Element {
  return (
    <div>
      <label className="jt-Form-check">
        <input
          type="checkbox"
          checked={isChecked}
          onChange={event => { changed(event.target.checked); }}
        />
        {label}
      </label>
      <Problem text={problem} />
    </div>
  );
}

export interface IChoiceProps {
  legend: string;
  /** Value and label of each. */
  choices: readonly (readonly [string, string])[];
  value: string;
  changed: (value: string) => void;
}

/** One of a few, all in sight. */
export function Choice({ legend, choices, value, changed }: IChoiceProps): JSX.Element {
  const id = React.useId();
  return (
    <fieldset className="jt-Form-choice">
      <legend>{legend}</legend>
      {choices.map(([choice, label]) => (
        <label key={choice} className="jt-Form-check">
          <input
            type="radio"
            name={id}
            checked={choice === value}
            onChange={() => { changed(choice); }}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

/** What is wrong; nothing when nothing is. */
export function Problem({ text }: { text: string }): JSX.Element | null {
  return text ? <p className="jt-Form-problem" role="alert">{text}</p> : null;
}
