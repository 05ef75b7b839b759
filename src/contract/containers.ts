/** The contract of Containers and Images: what the container engine says, and what can be done. Types only. */
import type { LogEntry } from './logs.ts';

/** As the engine names them. */
export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

export type Health = 'healthy' | 'unhealthy' | 'starting';

export interface Container {
  /** 64 hexadecimal digits. */
  id: string;
  /** Without the engine's leading slash. */
  name: string;
  /** What it was made of, split as `docker images` does: "cams-logstash", "1.6.2-17". */
  repository: string;
  tag: string;
  /** Without "sha256:". */
  imageId: string;
  state: ContainerState;
  /** The engine's own words: "Up 3 hours (healthy)". */
  status: string;
  /** Absent where it has no health check. */
  health?: Health;
  /** ISO 8601 */
  createdAt: string;
  /** Bytes: of its image and what it wrote; absent where the engine does not say. */
  size?: number;
}

export interface ContainerDetails extends Container {
  command: string[];
  /** ISO 8601 */
  startedAt?: string;
  finishedAt?: string;
  /** Of the last run; absent while it runs for the first time. */
  exitCode?: number;
  /** Was it ended for lack of memory? */
  outOfMemory: boolean;
  /** What the engine said when it could not be started. */
  error?: string;
  restarts: number;
  /** "always", "on-failure (5)", "no" */
  restartPolicy: string;
  /** "0.0.0.0:8080 → 80/tcp"; one that is only exposed: "80/tcp" */
  ports: string[];
  mounts: { from: string; to: string; writable: boolean }[];
  networks: { name: string; address: string }[];
  /** Values that may be secret are masked by the service. */
  environment: { name: string; value: string }[];
  /** What the last health checks said, newest last. */
  healthLog: { at: string; exitCode: number; text: string }[];
}

export interface ContainerOutcome {
  container: Container;
  /** Did it end in the state that was asked for, and stay there for a moment? */
  succeeded: boolean;
  /** Its last log lines, newest last; given where it did not succeed. */
  log: LogEntry[];
}

export interface Image {
  /** Without "sha256:". */
  id: string;
  /** "<none>" where it has no name. */
  repository: string;
  tag: string;
  /** ISO 8601 */
  createdAt: string;
  /** Bytes. */
  size: number;
  /** Containers made of it. */
  containers: number;
}

export interface ImageDetails extends Image {
  architecture: string;
  command: string[];
  /** "80/tcp" */
  ports: string[];
  volumes: string[];
  /** Masked as those of a container. */
  environment: { name: string; value: string }[];
  labels: { name: string; value: string }[];
  layers: number;
  /** Names of the containers made of it. */
  usedBy: string[];
}
