/**
 * What a section of the settings comes to on the machine: whole files of ours, and what to tell the daemons after
 * they were written. Types only. The way back is made of the same: the files as they were, and the same telling.
 */

/** A file that is ours from its first byte to its last. */
export interface ManagedFile {
  path: string;
  /** null: must not exist. */
  content: string | null;
  /** Permissions: 0o644. */
  mode: number;
}

/**
 * What to tell after files were written. Telling twice does no harm; a daemon that does not run is told nothing, as
 * it reads its files when it starts.
 */
export type Effect =
  | {
      /** systemd-networkd reads its files again. */
      kind: 'networkd';
      /** Interfaces to set up anew. */
      reconfigure: string[];
      /** VLAN devices that no file names any more. */
      remove: string[];
      /** Bytes; of interfaces that no file names an MTU for: networkd would leave them the last one. */
      mtu: Record<string, number>;
    }
  | {
      /** systemd-resolved reads its files again. */
      kind: 'resolved';
    }
  | {
      /** The container engine takes its proxy from the new file when it starts the next time. */
      kind: 'docker-proxy';
      /** At once: its containers are stopped and started by that. */
      restart: boolean;
    };

/** What an adapter of a transactional section tells: one kind of effect each. */
export type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>;
