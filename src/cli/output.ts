/** What the command line prints: text made harmless, or JSON in plain ASCII where a terminal could act upon it. */
import { explain, type Problem, sentence } from '../errors.ts';
import { harmlessLines } from '../values/harmless.ts';

export interface Output {
  readonly json: boolean;
  /** Text for people, some lines. Says nothing with --json. */
  text(text: string): void;
  /** One JSON value on one line. Says nothing without --json. */
  value(value: unknown): void;
  /** On standard error for people; on standard output as {"error": …} with --json, so that a script reads one stream. */
  problem(problem: Problem): void;
}

interface Stream {
  write(text: string): unknown;
}

export function outputTo(stdout: Stream, stderr: Stream, json: boolean): Output {
  const value = (given: unknown) => void (json && stdout.write(`${asciiJson(given)}\n`));
  return {
    json,
    value,
    text: (text) => void (!json && stdout.write(`${harmlessLines(text)}\n`)),
    problem(problem) {
      if (json) value({ error: { ...problem, ...explain(problem) } });
      else stderr.write(`gatehouse: ${harmlessLines(sentence(problem))}\n`);
    },
  };
}

/** JSON in which whatever a terminal could act upon, or show as something else, is written as \uXXXX. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\u009f\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu,
    (characters) => {
      const units = Array.from({ length: characters.length }, (_, at) => characters.charCodeAt(at));
      return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
    },
  );
}
