/** A launch form being filled in: what is typed, and what the server says of it meanwhile. */

import { Signal } from '@lumino/signaling';
import { misfit, UNCHECKED, UNREAD } from '../contract/checked';
import { apart, EMPTY, FIELDS, isWhole, launchDocument, typedAt } from '../contract/form';
import { valueOf } from '../contract/pair';
import { later } from './later';
import { Tryout } from './tryout';

import type { ISignal } from '@lumino/signaling';
import type { ICapacity, ICheck, IInspection, IMatches, IProblem } from '../contract/checked';
import type { IEngine } from '../contract/container';
import type { IForm } from '../contract/form';
import type { JsonObject } from '../contract/json';
import type { Later } from './later';

/** What a form asks the server. */
export interface ILaunchServer {
  check(form: object): Promise<ICheck>;
  inspect(form: object): Promise<IInspection>;
  matches(log: string, definitions: object): Promise<IMatches>;
  engine(): Promise<IEngine>;
  capacity(): Promise<ICapacity>;
  /** Submits; returns the job's name. */
  launch(form: object): Promise<string>;
}

/** How long a person may pause between two keys, how long what is free may be old, ms. */
const [PAUSE, STALE, AGAIN] = [300, 5000, 3000];

/** How a submission went. */
export interface IOutcome {
  isBusy: boolean;
  /** The name of the job that was started. */
  started: string;
  /** What keeps it from starting, where no field is to blame. */
  problem: string;
}

const NOTHING_YET: IOutcome = { isBusy: false, started: '', problem: '' };

export interface ILaunchOptions {
  form?: IForm;
  /** Returns the notebook of this path as it is in front, saved or not. */
  notebook?: (path: string) => unknown;
  later?: Later;
}

export class LaunchModel {
  constructor(readonly server: ILaunchServer, private options: ILaunchOptions = {}) {
    this._form = options.form ?? EMPTY;
    this._later = options.later ?? later;
    this.tryout = new Tryout(server, this._later);
  }

  /** Where the form's metric definitions are tried. */
  readonly tryout: Tryout;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get form(): IForm {
    return this._form;
  }

  get checked(): ICheck {
    return this._checked;
  }

  get inspection(): IInspection {
    return this._inspection;
  }

  /** The names of the hyperparameters that the script is known to read. */
  get names(): string[] {
    return this._inspection.parameters.map(each => each.name);
  }

  get capacity(): ICapacity | null {
    return this._capacity;
  }

  get outcome(): IOutcome {
    return this._outcome;
  }

  /** Whether nobody answers: what is typed is kept, and is looked at when somebody does. */
  get isAway(): boolean {
    return !this._isConnected || this._hasFailed;
  }

  /** Whether a person has tried to start the job. */
  get isTried(): boolean {
    return this._isTried;
  }

  /** What is to be said at fields; of what is merely missing not before a person submits. */
  get problems(): readonly IProblem[] {
    return this._isTried
      ? this._checked.problems
      : this._checked.problems.filter(each => typedAt(this._form, each.field).trim() !== '');
  }

  /** Ask for the first time, and again whenever that may change the answer, until the signal. */
  start(until: AbortSignal): void {
    this._until = until;
    until.addEventListener('abort', () => { this._cancel(); }, { once: true });
    this._ask(0);
  }

  /** Change what is typed. */
  set(part: Partial<IForm>): void {
    this._form = { ...this._form, ...part };
    this._outcome = NOTHING_YET;
    this._changed.emit();
    this._ask(PAUSE);
  }

  /** Put another form in place of this one. */
  replace(form: IForm): void {
    this._isTried = false;
    this._checked = UNCHECKED;
    this.set(form);
  }

  /** Told whether the server is there; it is asked again when it is back. */
  set isConnected(isConnected: boolean) {
    if (isConnected === this._isConnected) {
      return;
    }
    this._isConnected = isConnected;
    this._changed.emit();
    if (isConnected) {
      this._ask(0);
      this.refresh();
    }
  }

  /** Told whether somebody can see the form; nobody else is told what is free. */
  set isSeen(isSeen: boolean) {
    this._isSeen = isSeen;
    this.refresh();
  }

  /** Look again what is free, soon. */
  refresh(): void {
    if (this._isSeen && !this._isRefreshing) {
      this._isRefreshing = true;
      this._later(() => { void this._refresh(); }, this._capacity ? STALE : 0);
    }
  }

  /** Start the job; what keeps it from starting is said at the form, which is kept. */
  async submit(): Promise<string> {
    this._isTried = true;
    if (!this._isReady) {
      this._changed.emit();
      return '';
    }
    this._cancel();
    this._turn++;
    this._tell({ ...NOTHING_YET, isBusy: true });
    try {
      const started = await this.server.launch(this._document);
      this._tell({ ...NOTHING_YET, started });
      return started;
    } catch (error) {
      this._refused(error as Error);
      return '';
    }
  }

  /** Whether nothing is wrong that the form sees by itself. */
  private get _isReady(): boolean {
    const { parameters } = this._inspection;
    const fit = parameters.every(each => {
      return misfit(each, valueOf(this._form.parameters, each.name)) === null;
    });
    return fit && isWhole(this._form, this.names) && !this._outcome.isBusy;
  }

  private get _document(): JsonObject {
    const document = launchDocument(this._form);
    const { origin, path } = this._form;
    const notebook = origin === 'notebook' ? this.options.notebook?.(path) : undefined;
    return notebook === undefined ? document : { ...document, notebook };
  }

  private _refused(error: Error & { field?: string }): void {
    const { message, field = '' } = error;
    const isKnown = FIELDS.has(field.split('.')[0]);
    this._hasFailed = isAbsence(error);
    this._checked = { ...this._checked, problems: isKnown ? [{ field, message }] : [] };
    this._tell({ ...NOTHING_YET, problem: isKnown ? '' : message });
    if (this._hasFailed) {
      this._ask(AGAIN);
    }
  }

  private _tell(outcome: IOutcome): void {
    this._outcome = outcome;
    this._changed.emit();
  }

  private _ask(wait: number): void {
    this._cancel();
    if (this._until && !this._until.aborted) {
      this._cancel = this._later(() => { void this._look(); }, wait);
    }
  }

  /** Check and inspect what is typed now; answers about what was typed before are dropped. */
  private async _look(): Promise<void> {
    const turn = ++this._turn;
    try {
      await this._inspect();
      const checked = isBlank(this._form) ? UNCHECKED : await this.server.check(this._document);
      if (turn === this._turn) {
        this._hasFailed = false;
        this._checked = checked;
        this._changed.emit();
      }
    } catch (error) {
      if (turn === this._turn) {
        this._failed(error);
      }
    }
  }

  /** Who does not answer is asked again; who refuses to look says why when asked to start. */
  private _failed(error: unknown): void {
    this._hasFailed = isAbsence(error);
    this._checked = { ...UNCHECKED, problems: this._hasFailed ? this._checked.problems : [] };
    this._changed.emit();
    if (this._hasFailed) {
      this._ask(AGAIN);
    }
  }

  private async _inspect(): Promise<void> {
    const { path, code, origin, source } = this._form;
    const asked = JSON.stringify([origin, path, code, source]);
    if (asked === this._asked) {
      return;
    }
    const what = { path, code }[origin === 'cell' ? 'code' : 'path'];
    const isReadable = origin !== 'job' && what.trim() !== '';
    const found = isReadable ? await this._read() : UNREAD;
    if (this._form.path === path && this._form.code === code && this._form.origin === origin) {
      this._asked = asked;
      this._inspection = found;
      this._form = apart(this._form, this.names);
      this._changed.emit();
    }
  }

  /** A file that cannot be read has no parameters; the check says why. */
  private async _read(): Promise<IInspection> {
    try {
      return await this.server.inspect(this._document);
    } catch (error) {
      if (isAbsence(error)) {
        throw error;
      }
      return UNREAD;
    }
  }

  private async _refresh(): Promise<void> {
    this._isRefreshing = false;
    if (this._until?.aborted) {
      return;
    }
    const capacity = await this.server.capacity().catch(() => null);
    if (capacity) {
      this._capacity = capacity;
      this._changed.emit();
    }
  }

  private _form: IForm;
  private _later: Later;
  private _checked: ICheck = UNCHECKED;
  private _inspection: IInspection = UNREAD;
  private _capacity: ICapacity | null = null;
  private _outcome = NOTHING_YET;
  private _until: AbortSignal | null = null;
  private _cancel: () => void = () => undefined;
  private _asked = '';
  private _turn = 0;
  private _isTried = false;
  private _isConnected = true;
  private _isSeen = false;
  private _hasFailed = false;
  private _isRefreshing = false;
  private _changed = new Signal<this, void>(this);
}

/** Whether a form says nothing yet of what runs. */
function isBlank({ path, code, source, image }: IForm): boolean {
  return [path, code, source, image].every(text => text.trim() === '');
}

const UNAVAILABLE: ReadonlySet<unknown> = new Set([0, 502, 503, 504]);

/** Whether an error says that nobody answers. */
function isAbsence(error: unknown): boolean {
  return UNAVAILABLE.has((error as { status?: unknown }).status);
}
