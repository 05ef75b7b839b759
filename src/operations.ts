/**
 * The contract's operations by name, as they go over the socket, and whether each reads, watches or changes the machine.
 * One line a call of appliance.ts; the compiler says which is missing. Nothing else.
 */
import type { Appliance, Operation } from './appliance.ts';

// biome-ignore lint/suspicious/noExplicitAny: any operation whatever
type AnyOperation = Operation<any, any, any>;

/** "about" | "info.read" | … */
export type OperationName = {
  [G in keyof Appliance]: Appliance[G] extends AnyOperation ? G : `${G}.${keyof Appliance[G] & string}`;
}[keyof Appliance];

/** The function type behind a name. */
export type OperationOf<N extends OperationName> = N extends keyof Appliance
  ? Appliance[N]
  : N extends `${infer G}.${infer V}`
    ? G extends keyof Appliance
      ? V extends keyof Appliance[G]
        ? Appliance[G][V]
        : never
      : never
    : never;

export type ArgumentsOf<N extends OperationName> =
  OperationOf<N> extends Operation<infer A, infer _R, infer _P> ? A : never;

export const operations = {
  about: 'read',
  'status.read': 'read',
  'status.watch': 'watch',
  'info.read': 'read',
  'info.watch': 'watch',
  'ping.run': 'read',
  'units.list': 'read',
  'units.watch': 'watch',
  'units.show': 'read',
  'units.start': 'change',
  'units.stop': 'change',
  'units.restart': 'change',
  'network.read': 'read',
  'network.watch': 'watch',
  'changes.read': 'read',
  'changes.watch': 'watch',
  'changes.plan': 'read',
  'changes.apply': 'change',
  'changes.keep': 'change',
  'changes.undo': 'change',
  'changes.hold': 'change',
  'dns.read': 'read',
  'proxy.read': 'read',
  'hosts.read': 'read',
  'hosts.set': 'change',
  'time.read': 'read',
  'time.watch': 'watch',
  'time.zones': 'read',
  'time.set': 'change',
  'platform.read': 'read',
  'platform.set': 'change',
  'ssh.read': 'read',
  'ssh.watch': 'watch',
  'ssh.set': 'change',
  'access.read': 'read',
  'access.check': 'read',
  'access.setPassword': 'change',
  'access.set': 'change',
  'settings.versions': 'read',
  'settings.difference': 'read',
  'audit.read': 'read',
  'registration.read': 'read',
  'registration.watch': 'watch',
  'registration.register': 'change',
  'registration.deregister': 'change',
  'connectivity.run': 'read',
  'proxyTest.run': 'read',
  'containers.list': 'read',
  'containers.watch': 'watch',
  'containers.show': 'read',
  'containers.start': 'change',
  'containers.stop': 'change',
  'containers.restart': 'change',
  'images.list': 'read',
  'images.watch': 'watch',
  'images.show': 'read',
  'logs.files': 'read',
  'logs.units': 'read',
  'logs.page': 'read',
  'logs.search': 'read',
  'logs.count': 'read',
  // No watch: of those only the newest state is told to who is slow, and they go on by themselves after a lost service.
  'logs.follow': 'read',
  'stats.read': 'read',
  'stats.watch': 'watch',
  'stats.history': 'read',
  'report.items': 'read',
  'report.read': 'read',
  'report.watch': 'watch',
  'report.start': 'change',
  'report.cancel': 'change',
  'report.remove': 'change',
  'report.offer': 'change',
  'report.withdraw': 'change',
  'report.hostKey': 'read',
  'report.upload': 'change',
  'report.cancelUpload': 'change',
  'report.fetch': 'change',
  'capture.plan': 'read',
  'capture.read': 'read',
  'capture.watch': 'watch',
  'capture.start': 'change',
  'capture.stop': 'change',
  'power.read': 'read',
  'power.watch': 'watch',
  'power.resetPlan': 'read',
  'power.schedule': 'change',
  'power.cancel': 'change',
  'setup.read': 'read',
  'setup.pass': 'change',
  'setup.finish': 'change',
  'unattended.plan': 'read',
  'unattended.apply': 'change',
  'unattended.export': 'read',
} as const satisfies Record<OperationName, 'read' | 'watch' | 'change'>;

export const operationNames = Object.keys(operations) as OperationName[];
