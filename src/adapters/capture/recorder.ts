/**
 * What records packets, real or simulated: it finds the way to the upstream hop, writes one file, and tells how it
 * fares. What becomes of the file is decided elsewhere (jobs/capture). Types only.
 */

/** Where the packets of interest go, before any name is looked up. */
export interface Upstream {
  /** In words: "the proxy proxy.example.org:3128". */
  towards: string;
  /** Names or addresses; none: the next hop, whoever that is. */
  hosts: readonly { host: string; port?: number }[];
}

/** The way to them. */
export interface Way {
  /** "eth0"; "any" where they lie behind several. */
  device: string;
  /** As pcap-filter(7) has it. */
  filter: string;
  towards: string;
  /** Names that no address is known of. */
  notFound: string[];
}

export interface Recording {
  device: string;
  filter: string;
  /** Bytes of each packet; 0: all of it. */
  bytesEach: number;
  /** It ends by itself after so many. */
  seconds: number;
  /** Bytes that the file may have. */
  most: number;
  /** An empty file that is there already; nobody else can write to its folder. */
  file: string;
}

export interface Look {
  isRunning: boolean;
  /** Packets that the kernel could not hand over, so far as was told. */
  dropped: number;
  /** Why it ended by itself, in words without a full stop; empty where it did not, or did not say. */
  complaint: string;
  /** It found no more room on the disk. */
  isDiskFull: boolean;
}

export interface Recorder {
  /** Where captures are kept; made by whoever keeps them. */
  folder: string;
  /** Other after each start of the machine. */
  boot(): Promise<string>;
  /** @throws Failure 'capture-failed' where there is no way, or no name is found */
  find(upstream: Upstream, signal: AbortSignal): Promise<Way>;
  /**
   * Ends when it records; it goes on without this process where it can.
   * @throws Failure 'unavailable', 'capture-failed'
   */
  begin(recording: Recording, signal: AbortSignal): Promise<void>;
  look(signal: AbortSignal): Promise<Look>;
  /** Ends when it has ended, with all it caught in the file. */
  end(signal: AbortSignal): Promise<void>;
}
