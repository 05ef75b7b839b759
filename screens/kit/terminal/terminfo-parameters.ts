/** Fills parameters into a terminal's string: the little stack language of terminfo(5), Parameterized Strings. Pure. */

type Binary = (a: number, b: number) => number;

const binary: Readonly<Record<string, Binary>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  m: (a, b) => (b === 0 ? 0 : a % b),
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '=': (a, b) => Number(a === b),
  '<': (a, b) => Number(a < b),
  '>': (a, b) => Number(a > b),
  A: (a, b) => Number(a !== 0 && b !== 0),
  O: (a, b) => Number(a !== 0 || b !== 0),
};

/** One operation after its %, where - and + are flags only after a colon: a number, a character, a parameter, a variable, a number's print, or a single letter. */
const operation =
  /\{(\d+)\}|'([\s\S])'|p([1-9])|([Pg])([A-Za-z])|(:[-+# 0]*|[# 0]*)(\d*)(?:\.(\d+))?([doxX])|([\s\S])/y;

/** What is no operation of a number's stays out; a wrong string gives whatever it gives, and never throws. */
export function filled(text: string, given: readonly number[]): string {
  if (!text.includes('%')) return text;
  const parameters = [...given];
  const stack: number[] = [];
  const variables: Record<string, number> = {};
  const pop = () => stack.pop() ?? 0;
  let out = '';
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('%', at);
    if (next < 0) return out + text.slice(at);
    out += text.slice(at, next);
    operation.lastIndex = next + 1;
    const found = operation.exec(text);
    if (!found) return out;
    at = operation.lastIndex;
    const [, number, character, parameter, storing, variable, flags = '', width = '', precision, form, letter = ''] =
      found;
    if (number !== undefined) stack.push(Number(number));
    else if (character !== undefined) stack.push(character.charCodeAt(0));
    else if (parameter !== undefined) stack.push(parameters[Number(parameter) - 1] ?? 0);
    else if (storing === 'P') variables[variable as string] = pop();
    else if (storing === 'g') stack.push(variables[variable as string] ?? 0);
    else if (form !== undefined) out += printed(pop(), form, flags, Number(width), precision);
    else if (letter === '%') out += '%';
    else if (letter === 'c') out += String.fromCharCode(pop());
    else if (letter === 'i') for (const one of [0, 1]) parameters[one] = (parameters[one] ?? 0) + 1;
    else if (letter === '!') stack.push(Number(pop() === 0));
    else if (letter === '~') stack.push(~pop());
    else if (letter === 't' && pop() === 0) at = after(text, at, true);
    // Reached at the end of a branch that was taken.
    else if (letter === 'e') at = after(text, at, false);
    else if (letter in binary) {
      const second = pop();
      stack.push((binary[letter] as Binary)(pop(), second));
    }
  }
  return out;
}

/** Where it goes on: after this branch's %; or, `orElse`, after the %e before that. */
function after(text: string, from: number, orElse: boolean): number {
  let depth = 0;
  for (let at = text.indexOf('%', from); at >= 0 && at + 1 < text.length; at = text.indexOf('%', at + 2)) {
    const letter = text[at + 1];
    if (letter === '?') depth += 1;
    else if (letter === ';' && depth-- === 0) return at + 2;
    else if (letter === 'e' && orElse && depth === 0) return at + 2;
  }
  return text.length;
}

/** As printf(3) does. */
function printed(value: number, form: string, flags: string, width: number, precision: string | undefined): string {
  const base = { d: 10, o: 8, x: 16, X: 16 }[form] ?? 10;
  const digits = Math.abs(value)
    .toString(base)
    .padStart(Number(precision ?? 0), '0');
  const sign = value < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const cased = form === 'X' ? digits.toUpperCase() : digits;
  if (flags.includes('-')) return (sign + cased).padEnd(width);
  if (flags.includes('0') && precision === undefined) return sign + cased.padStart(width - sign.length, '0');
  return (sign + cased).padStart(width);
}
