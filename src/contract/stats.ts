/** The contract of Stats: what the appliance, its units and its containers use. Types only. */

export interface StatsSubject {
  kind: 'appliance' | 'unit' | 'container';
  /** "appliance"; a unit's name with its suffix; a container's id. */
  id: string;
  /** For people: "docker", "cams-logstash". */
  name: string;
}

/** Over the time since the sample before. What cannot be told of a subject is absent. */
export interface StatsSample {
  /** ISO 8601 */
  at: string;
  /** Percent of one core: 0 to 100 times their number. */
  cpu?: number;
  /** Bytes, without what the kernel can take back at once. */
  memory?: number;
  /** Bytes a second. */
  received?: number;
  sent?: number;
  read?: number;
  written?: number;
}

export interface StatsRow extends StatsSubject {
  /** Absent before its second sample, and while it does not run. */
  now?: StatsSample;
  /** Bytes that its memory may grow to. */
  memoryLimit?: number;
  /** It does not run: "inactive", "exited". */
  idle?: string;
}

export interface Stats {
  /** The appliance first, then containers, then units, by name. */
  rows: StatsRow[];
  /** Cores of the appliance. */
  cores: number;
  /** Why a kind is missing: the container engine does not answer. */
  missing: { kind: StatsSubject['kind']; why: string }[];
}

export interface StatsHistory {
  subject: StatsSubject;
  /** Oldest first; at most 15 minutes. */
  samples: StatsSample[];
}
