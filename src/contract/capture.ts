/** The contract of Generate TCP dump. Types only. */
import type { Problem } from '../errors.ts';

/** What a capture would record. */
export interface CapturePlan {
  /** "eth0" */
  device: string;
  /** As tcpdump takes it: "host 192.0.2.7 and port 3128". */
  filter: string;
  /** In words: "the proxy proxy.example.org:3128", "the platform's 4 hosts". */
  towards: string;
  /** Bytes of each packet: 128, or 0 for the whole. */
  bytesEach: number;
  /** Bytes that the file may have. */
  most: number;
  /** Free bytes on the disk that stay free. */
  spare: number;
  /** Sentences: names that were not found, and what whole packets hold. */
  warnings: string[];
}

export interface RunningCapture extends CapturePlan {
  /** ISO 8601 */
  startedAt: string;
  endsAt: string;
  by: string;
  packets: number;
  /** Of the file so far. */
  bytes: number;
  /** Packets that the kernel could not hand over. */
  dropped: number;
}

export interface Capture {
  /** "/var/diagnostics/upstream.pcap" */
  path: string;
  size: number;
  packets: number;
  dropped: number;
  startedAt: string;
  endedAt: string;
  by: string;
  filter: string;
  bytesEach: number;
  /** Why it ended. */
  ended: 'time over' | 'stopped' | 'size reached' | 'disk nearly full' | 'interrupted';
}

export interface CaptureState {
  running?: RunningCapture;
  /** The latest complete one. */
  latest?: Capture;
  /** What was caught until the machine, or tcpdump, ended; newer than `latest`, and kept beside it until the next. */
  interrupted?: Capture;
  /** Why the last try gave none. */
  failed?: { at: string; problem: Problem };
}
