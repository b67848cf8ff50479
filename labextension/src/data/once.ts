/** What is done once, however many windows are open: the first to claim a thing has it. */

/** So many claims are remembered; older ones come no more. */
const KEPT = 500;

/** What windows of one browser share. */
export interface ISharedStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Lets one window in at a time; browsers have none where a page is not secure. */
export interface ILocks {
  request<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export class Once {
  /**
   * @param name - what the claims are about
   * @param storage - where they are remembered
   * @param locks - without them two windows may claim the same at the same moment
   */
  constructor(
    private name: string,
    private storage: ISharedStorage,
    private locks: ILocks | undefined
  ) {}

  /** Return those that nobody has claimed before. */
  async claim<T>(things: readonly T[], keyOf: (thing: T) => string): Promise<T[]> {
    if (things.length === 0) {
      return [];
    }
    const work = (): Promise<T[]> => Promise.resolve(this._claim(things, keyOf));
    try {
      return await (this.locks ? this.locks.request(this.name, work) : work());
    } catch {
      return await work(); // a page that may lock nothing tells nevertheless
    }
  }

  private _claim<T>(things: readonly T[], keyOf: (thing: T) => string): T[] {
    const claimed = this._read();
    const known = new Set(claimed);
    const mine = things.filter(thing => !known.has(keyOf(thing)));
    try {
      const all = [...claimed, ...mine.map(keyOf)].slice(-KEPT);
      this.storage.setItem(this.name, JSON.stringify(all));
    } catch {
      // a full storage remembers nothing: said twice is better than not at all
    }
    return mine;
  }

  private _read(): string[] {
    try {
      const found: unknown = JSON.parse(this.storage.getItem(this.name) ?? '[]');
      return Array.isArray(found) ? found.map(String) : [];
    } catch {
      return [];
    }
  }
}
