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
  /** What a keyboard on glass should offer. */
  inputMode?: 'numeric' | 'decimal';
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
          inputMode={props.inputMode}
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

/** Many lines of text. */
export function Lines(props: Omit<ITextProps, 'choices' | 'children' | 'inputMode'>): JSX.Element {
  const id = React.useId();
  return (
    <div className="jt-Form-field">
      <label htmlFor={id}>{props.label}</label>
      <textarea
        id={id}
        className="jp-mod-styled"
        rows={6}
        spellCheck={false}
        value={props.value}
        placeholder={props.placeholder}
        aria-required={props.isRequired}
        aria-invalid={props.problem !== ''}
        aria-describedby={`${id}-more`}
        onChange={event => { props.changed(event.target.value); }}
      />
      <div id={`${id}-more`}>
        {props.hint && <small>{props.hint}</small>}
        <Problem text={props.problem} />
      </div>
    </div>
  );
}

export interface ISelectProps {
  label: string;
  hint?: string;
  /** Value and label of each. */
  choices: readonly (readonly [string, string])[];
  value: string;
  problem: string;
  changed: (value: string) => void;
  isRequired?: boolean;
}

/** One of a list. */
export function Select(props: ISelectProps): JSX.Element {
  const id = React.useId();
  return (
    <div className="jt-Form-field">
      <label htmlFor={id}>{props.label}</label>
      <div className="jp-select-wrapper">
        <select
          id={id}
          className="jp-mod-styled"
          value={props.value}
          aria-required={props.isRequired}
          aria-invalid={props.problem !== ''}
          aria-describedby={`${id}-more`}
          onChange={event => { props.changed(event.target.value); }}
        >
          {props.choices.map(([value, label]) => (
            <option key={value} value={value}>{label}</option>
          ))}
        </select>
      </div>
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
  const id = React.useId();
  return (
    <div>
      <label className="jt-Form-check">
        <input
          type="checkbox"
          checked={isChecked}
          aria-invalid={problem !== ''}
          aria-describedby={id}
          onChange={event => { changed(event.target.checked); }}
        />
        {label}
      </label>
      <Problem id={id} text={problem} />
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

export interface IFoldProps {
  summary: string;
  /** Whether something in it has to be seen. */
  isUrgent: boolean;
  children: React.ReactNode;
}

/** What few need: unfolded by hand, or by a problem in it. */
export function Fold({ summary, isUrgent, children }: IFoldProps): JSX.Element {
  const [isOpen, setOpen] = React.useState(false);
  return (
    <details
      className="jt-Form-more"
      open={isOpen || isUrgent}
      onToggle={event => { setOpen(event.currentTarget.open); }}
    >
      <summary>{summary}</summary>
      <div className="jt-Form-folded">{children}</div>
    </details>
  );
}

/** What is wrong; nothing when nothing is. */
export function Problem({ text, id }: { text: string; id?: string }): JSX.Element | null {
  return text ? <p className="jt-Form-problem" id={id} role="alert">{text}</p> : null;
}
