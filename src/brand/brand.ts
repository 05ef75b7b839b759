/**
 * Vendor texts and lists as data: the shape of a brand file, and the two that ship. No vendor text anywhere else.
 * Only data and look-ups; nothing here reads the machine.
 */
import gatehouse from './gatehouse.json' with { type: 'json' };
import qgs from './qgs.json' with { type: 'json' };

export interface BrandUnit {
  /** "docker.service" */
  name: string;
  /** What it does, where the unit file's own description is not good enough. */
  description?: string;
  /** Why it must not be stopped from the console. */
  keep?: string;
}

export interface Brand {
  name: string;
  /** Left in the title bar: "Qualys Inc." */
  vendor: string;
  /** The platform's name in sentences: "Qualys". */
  platform: string;
  /** Labels and descriptions of the menu where they differ from menu.ts, by the entry's id. */
  menu: Record<string, { label?: string; description?: string }>;
  /** Labels of Info's lines, by the field of `Info`. */
  info: Record<string, string>;
  /** Named platforms and their suffixes: "US 1", "qg1.apps.qualys.com". */
  platforms: { name: string; suffix: string }[];
  /** Service host names, first label only: the suffix follows. The first is the status service. */
  hosts: { status: string; management: string; all: string[] };
  /** Certificates (PEM) that the platform's are issued by, trusted instead of the system's. */
  platformCa?: string;
  ntpServers: string[];
  allowedDomains: string[];
  /** Decimal gigabytes. */
  requirements: { diskGB: number; memoryGB: number; patchDiskGB: number };
  /** Said under unmet requirements. */
  requirementsAdvice: string;
  units: BrandUnit[];
  /** age recipients that reports are encrypted to. */
  supportKeys: string[];
}

const brands: Record<string, Brand> = { gatehouse, qgs };
export const brandNames = Object.keys(brands);

/** The brand of that name, or undefined. */
export function brandNamed(name: string): Brand | undefined {
  return Object.hasOwn(brands, name) ? brands[name] : undefined;
}

export const defaultBrand: Brand = gatehouse;
