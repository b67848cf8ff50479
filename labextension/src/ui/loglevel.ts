/** What a log line is about: its level, as loggers of all kinds print it, and its time. */

const LEVELS: readonly [RegExp, string][] = [
  [/\b(?:ERROR|CRITICAL|FATAL|Traceback)\b|\b\w+(?:Error|Exception):/, 'jt-mod-error'],
  [/\b(?:WARN|WARNING)\b|\b\w+Warning:/, 'jt-mod-warning'],
  [/\b(?:DEBUG|TRACE)\b/, 'jt-mod-debug'],
  [/\bINFO\b/, 'jt-mod-info']
];

/** Return the class of a line: of its level, or none. */
export function levelOf(text: string): string {
  const begin = text.slice(0, 400); // a level stands at the beginning
  return LEVELS.find(([pattern]) => pattern.test(begin))?.[1] ?? '';
}

/** Print the time of a line: its hour, minute, second and milliseconds, as the browser's are. */
export function clock(time: number): string {
  const at = new Date(time);
  const digits = (value: number, count = 2): string => String(value).padStart(count, '0');
  const parts = [at.getHours(), at.getMinutes(), at.getSeconds()].map(part => digits(part));
  return `${parts.join(':')}.${digits(at.getMilliseconds(), 3)}`;
}
