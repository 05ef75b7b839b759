/** The one file of `systeminformation` that we load; the package types its index only. */
declare module 'systeminformation/lib/memory.js' {
  import type { Systeminformation } from 'systeminformation';

  const memory: { mem(): Promise<Systeminformation.MemData> };
  export default memory;
}
