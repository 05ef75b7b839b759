/** What the options of the command line come to. Types, and what holds where nothing is said. */
import type { Appliance } from '../appliance.ts';
import type { Link } from '../client/link.ts';
import type { Output } from './output.ts';
import type { Terminal } from './terminal.ts';

export const defaultSocket = '/run/gatehouse/gatehouse.sock';

export interface LinkOptions {
  socket?: string;
  /** A lab machine's name, or true for the first. */
  lab?: string | true;
  labFolder?: string;
  brand?: string;
  /** Looks only. */
  viewer?: true;
  /** A file with the operator's password, for changes that need it. */
  operatorPasswordFile?: string;
}

export interface Opened {
  link: Link;
  close(): Promise<void>;
}

/** What a command is given. `signal`: interrupted by the operator. */
export interface Context {
  appliance: Appliance;
  output: Output;
  signal: AbortSignal;
  /** Absent where nobody could answer: no terminal, or --json. */
  terminal?: Terminal;
  /** All of standard input. */
  input(): Promise<string>;
  /** The appliance is within this process (--lab), and ends with it. */
  isOwn: boolean;
}

/** Runs a command against the appliance that the options name. */
export type Asking = (run: (context: Context) => Promise<number>) => Promise<void>;
