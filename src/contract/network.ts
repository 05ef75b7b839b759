/** The contract of System › Network. Types only. */
import type { InterfaceFacts } from './info.ts';

export type AddressMethod = 'dhcp' | 'static' | 'unconfigured';
export type Ipv6Method = 'automatic' | 'static' | 'off';

/** What is configured for one interface. Addresses carry their prefix ("10.0.0.5/24"). */
export interface InterfaceSettings {
  method: AddressMethod;
  /** With method 'static' only. */
  address?: string;
  gateway?: string;
  ipv6: { method: Ipv6Method; address?: string; gateway?: string };
  /** 1 to 4094: addresses belong to this VLAN of the interface; absent: untagged. */
  vlan?: number;
  /** Bytes; absent: the interface's own. */
  mtu?: number;
}

/** What an interface is now. */
export interface InterfaceState {
  name: string;
  /** Set by us; `managedBy` says whose the configuration is where it is not ours ("ifupdown", "/etc/systemd/network/10-lan.network"). */
  configured?: InterfaceSettings;
  managedBy?: string;
  link: InterfaceFacts['link'];
  mac?: string;
  /** Mbit/s, where the driver tells. */
  speed?: number;
  mtu?: number;
  /** In effect: the VLAN that its addresses belong to. */
  vlan?: number;
  /** In effect, each with where it came from. */
  addresses: { address: string; from: 'dhcp' | 'static' | 'router' | 'link-local' | 'other' }[];
  gateways: { address: string; from: 'dhcp' | 'static' | 'router' | 'other' }[];
}

export interface DnsSettings {
  /** At most three; none: what DHCP gives. */
  servers: string[];
  searchDomains: string[];
}

/** One upstream proxy as it is shown: never with its password. */
export interface ProxyEntry {
  host: string;
  port: number;
  user?: string;
  hasPassword: boolean;
}

/** One upstream proxy as it is set. `password` absent: the one it had (same host, port and user); empty: none. */
export interface ProxyDraft {
  host: string;
  port: number;
  user?: string;
  password?: string;
}
