/** Hyperparameters: those that the script is known to read, by their types, and free rows. */

import * as React from 'react';
import { misfit } from '../contract/checked';
import { valueOf, withValue } from '../contract/pair';
import { Select, Text } from './formfields';
import { problemAt } from './formpart';
import { Pairs } from './pairs';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IInspection, IParameter } from '../contract/checked';
import type { IFormPart } from './formpart';

export interface IParametersProps extends IFormPart {
  inspection: IInspection;
  /** Whether a person has tried to start the job: before, what is missing is not wrong. */
  isTried: boolean;
}

export function Parameters(props: IParametersProps): JSX.Element {
  const { form, set, problems, inspection, isTried, trans } = props;
  const { parameters, problem } = inspection;
  return (
    <Pairs
      legend={trans.__('Hyperparameters')}
      hint={parameters.length > 0 ? trans.__('Read from the script; empty: its default') : problem}
      field="hyperparameters"
      names={[trans.__('name'), trans.__('value')]}
      examples={['learning-rate', '0.01']}
      pairs={form.hyperparameters}
      problems={problems}
      changed={hyperparameters => { set({ hyperparameters }); }}
      taken={parameters.map(each => each.name)}
      head={parameters.length > 0 && (
        <div className="jt-Form-grid">
          {parameters.map(each => (
            <Parameter
              key={each.name}
              parameter={each}
              value={valueOf(form.parameters, each.name)}
              problem={
                words(each, valueOf(form.parameters, each.name), isTried, trans) ||
                problemAt(problems, `hyperparameters.${each.name}`)
              }
              changed={value => {
                set({ parameters: withValue(form.parameters, each.name, value) });
              }}
              trans={trans}
            />
          ))}
        </div>
      )}
      trans={trans}
    />
  );
}

/** Return in words why a script could not read a value. */
function words(
  parameter: IParameter,
  value: string,
  isTried: boolean,
  trans: TranslationBundle
): string {
  switch (misfit(parameter, value)) {
    case 'int':
      return trans.__('%1 is a whole number, not “%2”.', parameter.name, value);
    case 'float':
      return trans.__('%1 is a number, not “%2”.', parameter.name, value);
    case 'missing':
      return isTried ? trans.__('The script needs %1.', parameter.name) : '';
    default:
      return '';
  }
}

interface IParameterProps {
  parameter: IParameter;
  value: string;
  problem: string;
  changed: (value: string) => void;
  trans: TranslationBundle;
}

function Parameter({ parameter, trans, ...rest }: IParameterProps): JSX.Element {
  const { name, kind, help, isRequired } = parameter;
  const label = isRequired ? trans.__('%1 (required)', name) : name;
  if (kind === 'choice' || kind === 'bool') {
    const choices = choicesOf(parameter, rest.value, trans);
    return <Select label={label} hint={help} choices={choices} isRequired={isRequired} {...rest} />;
  }
  return (
    <Text
      label={label}
      hint={hintOf(parameter, trans)}
      placeholder={parameter.otherwise}
      inputMode={kind === 'int' ? 'numeric' : kind === 'float' ? 'decimal' : undefined}
      isRequired={isRequired}
      {...rest}
    />
  );
}

/** Return what can be chosen: nothing, each choice, and what is there although it is none. */
function choicesOf(
  { kind, choices, otherwise }: IParameter,
  value: string,
  trans: TranslationBundle
): [string, string][] {
  const all = kind === 'bool' ? ['true', 'false'] : choices;
  const none = otherwise ? trans.__('%1 (default)', otherwise) : trans.__('not set');
  const stray = value === '' || all.includes(value) ? [] : [value];
  return [['', none], ...[...all, ...stray].map((each): [string, string] => [each, each])];
}

function hintOf({ kind, help }: IParameter, trans: TranslationBundle): string {
  const kinds: Partial<Record<typeof kind, string>> = {
    int: trans.__('whole number'),
    float: trans.__('number')
  };
  return [help, kinds[kind]].filter(Boolean).join(' · ');
}
