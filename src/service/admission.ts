/**
 * What one connection may do: by its role, and by the operator's password where changes need it. Every change that was
 * tried is in the audit: noted by its operation, or else here.
 */
import type { Appliance, Call, Role, Who } from '../appliance.ts';
import { fail, problemOf } from '../errors.ts';
import { type OperationName, operations } from '../operations.ts';
import { operationOf } from '../rpc/remote.ts';
import { account } from './access.ts';
import { parseArguments } from './arguments.ts';
import { askedBy } from './asking.ts';
import type { Audit } from './audit.ts';
import { argumentsForViewers, isForViewers } from './roles.ts';

export interface Client {
  role: Role;
  /** Found out while the connection is used already; changes wait for it. Never rejects. */
  who: Promise<Who>;
  /** Told apart from all others of this service. */
  connection: string;
  /** For changes that their operations do not note. */
  audit?: Audit;
  /** For what is refused to a viewer. */
  refusals?: Audit;
  /** Where the machine is simulated, its root is nobody here. Otherwise root, who can do all of it anyway, is not asked. */
  isRootAsked?: boolean;
  /** Milliseconds that a password once given is good for. Default: five minutes. */
  trust?: number;
}

/** Milliseconds (SPEC, SSH and Console). */
const usualTrust = 5 * 60_000;

/**
 * Changes that need no password before: the answers to a change that waits, which whoever was cut off by it must be able
 * to give at once from elsewhere; what changes nothing by itself; and what asks for the password itself.
 */
const withoutPassword: ReadonlySet<OperationName> = new Set([
  'changes.keep',
  'changes.undo',
  'changes.hold',
  'report.fetch',
  'access.setPassword',
]);

/** Arguments that say what was changed and are never secret. */
const telling = ['section', 'name', 'id', 'seconds', 'enabled'];

export class Admission {
  private trustedUntil = 0;

  constructor(
    private readonly appliance: Appliance,
    private readonly client: Client,
  ) {}

  /** @throws Failure, or whatever an operation of ours does wrong */
  async answer(name: OperationName, given: unknown, call: Call<unknown>): Promise<unknown> {
    const { role, who } = this.client;
    if (role === 'viewer' && !isForViewers(name)) throw await this.refused(name);
    const args = parseArguments(name, given) as object;
    if (operations[name] === 'change') return this.change(name, args, call, await who);
    if (name === 'about') return { ...(await this.appliance.about({}, call)), role };
    if (name === 'access.check') return this.check(args, call, await who);
    return operationOf(this.appliance, name)(role === 'viewer' ? argumentsForViewers(name, args) : args, {
      ...call,
      who,
    });
  }

  /** A change whose arguments are parsed, by whom the role allows it. */
  async change(name: OperationName, args: object, call: Call<unknown>, who: Who): Promise<unknown> {
    // Whoever hung up before anything was begun, and perhaps before it was known who it is.
    if (call.signal.aborted) throw fail('aborted', {});
    if (!withoutPassword.has(name) && !(await this.mayChange(who))) throw fail('password-needed', { account });
    const result = await askedBy(who, async (asked) => {
      const note = async (outcome: string) => {
        if (!asked.isNoted && isNoteworthy(name, args))
          await this.client.audit?.note({ ...who, what: wordsOf(name, args), before: '', after: '', outcome });
      };
      try {
        const { connection } = this.client;
        const done = await operationOf(this.appliance, name)(args, {
          ...call,
          by: who.by,
          connection,
          who: this.client.who,
        });
        await note('done');
        return done;
      } catch (error) {
        await note(problemOf(error).code);
        throw error;
      }
    });
    if (name === 'access.setPassword') this.extend();
    return result;
  }

  private async check(args: { password?: string }, call: Call<unknown>, who: Who): Promise<unknown> {
    if (args.password === undefined) return { right: await this.mayChange(who) };
    const found = await askedBy(who, () => this.appliance.access.check(args, { ...call, by: who.by } as object));
    if (found.right) this.extend();
    return found;
  }

  private async mayChange({ uid }: Who): Promise<boolean> {
    if (uid === 0 && !this.client.isRootAsked) return true;
    if (performance.now() >= this.trustedUntil) return (await this.appliance.access.check({})).right;
    this.extend();
    return true;
  }

  private extend(): void {
    this.trustedUntil = performance.now() + (this.client.trust ?? usualTrust);
  }

  private async refused(name: OperationName): Promise<Error> {
    const { who, refusals } = this.client;
    await refusals?.note({ ...(await who), what: wordsOf(name, {}), before: '', after: '', outcome: 'not-allowed' });
    // What is asked before a change is a part of it.
    const isChange = operations[name] === 'change' || name === 'access.check';
    return fail('not-allowed', {
      what: isChange ? 'Changing anything' : `Asking for ${name}`,
      why: isChange ? 'You are a viewer; only operators change things.' : 'You are a viewer; it may hold secrets.',
    });
  }
}

/** A hold lasts as long as somebody reads a form, and a report is fetched in many pieces. */
function isNoteworthy(name: OperationName, args: { from?: unknown }): boolean {
  return name !== 'changes.hold' && (name !== 'report.fetch' || args.from === 0);
}

function wordsOf(name: OperationName, args: object): string {
  const told = Object.entries(args).flatMap(([key, value]) =>
    telling.includes(key) && ['string', 'number', 'boolean'].includes(typeof value) ? [String(value)] : [],
  );
  return [name, ...told].join(' ');
}
