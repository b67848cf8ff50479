/** The course of a job: its stays in statuses, and which of a metric's values is the best. */

import type { ITransition } from '../contract/sagemaker';

/** One stay in a status; seconds. */
export interface IStay {
  readonly status: string;
  readonly start: number;
  readonly seconds: number;
  /** Of all the time, from 0 to 1. */
  readonly share: number;
  readonly message: string | undefined;
}

/** Return the stays of a job up to now; the end itself takes no time and is none. */
export function stays(transitions: readonly ITransition[], now: number): IStay[] {
  const found = transitions.map(each => ({
    status: each.Status,
    start: each.StartTime,
    seconds: Math.max(0, (each.EndTime ?? now) - each.StartTime),
    message: each.StatusMessage
  }));
  const total = found.reduce((sum, each) => sum + each.seconds, 0);
  return found
    .filter(({ seconds }, at) => seconds > 0 || at < found.length - 1)
    .map(each => ({ ...each, share: total > 0 ? each.seconds / total : 0 }));
}

/** Which of its values is the best. */
export type Best = 'least' | 'greatest' | undefined;

const LEAST = /loss|err|mae|mse|rmse|perplexity|ppl|nll|distance|wer|cer/i;
const GREATEST = /acc|auc|f1|precision|recall|r2|score|bleu|rouge|reward|iou|map$|dice|ndcg/i;

/** Guess from a metric's name whether less is better; undefined for what could be either. */
export function best(name: string): Best {
  const isLeast = LEAST.test(name);
  return isLeast === GREATEST.test(name) ? undefined : isLeast ? 'least' : 'greatest';
}
