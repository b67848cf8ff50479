/** Which names match a regular expression: found beside the page, as it may never end. */

/** How long an expression may take, ms. */
const PATIENCE = 1000;

const SOURCE = `
onmessage = ({ data: { pattern, names } }) => {
  try {
    const expression = new RegExp(pattern, 'iu');
    postMessage({ found: names.filter(name => expression.test(name)) });
  } catch (error) {
    postMessage({ problem: error.message });
  }
};`;

/** What a worker answers. */
interface IAnswer {
  found?: string[];
  problem?: string;
}

/** Return the names that match, whatever their case; rejects with what is wrong in words. */
export async function matching(
  pattern: string,
  names: readonly string[],
  until: AbortSignal
): Promise<ReadonlySet<string>> {
  const url = URL.createObjectURL(new Blob([SOURCE], { type: 'text/javascript' }));
  const worker = new Worker(url);
  try {
    const answer = await new Promise<IAnswer>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`stopped after ${PATIENCE / 1000} s`));
      }, PATIENCE);
      until.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve({ found: [] });
      }, { once: true });
      worker.onerror = () => { reject(new Error('the browser forbids workers')); };
      worker.onmessage = (event: MessageEvent<IAnswer>) => {
        clearTimeout(timer);
        resolve(event.data);
      };
      worker.postMessage({ pattern, names });
    });
    if (answer.problem !== undefined) {
      throw new Error(answer.problem);
    }
    return new Set(answer.found);
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
}
