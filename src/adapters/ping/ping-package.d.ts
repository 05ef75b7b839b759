/** The part of the `ping` package that we use; it brings no types. */
declare module 'ping/lib/builder/linux.js' {
  interface PingConfig {
    /** -n: no names looked up for the addresses that answer. */
    numeric?: boolean;
    /** -W, seconds. */
    timeout?: number | false;
    /** -c */
    min_reply?: number | false;
    /** Further arguments, put before the host. */
    extra?: string[];
  }
  const builder: { getCommandArguments(target: string, config: PingConfig): string[] };
  export default builder;
}
