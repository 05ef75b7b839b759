/** What QEMU is told of a machine (qemu-system-x86_64(1)). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface MachineOptions {
  /** MiB; default 1024. */
  memory?: number;
  /** Default 2. */
  cores?: number;
  /** What its clock says when it is switched on: "1970-01-01"; default: the right time. */
  clock?: string;
  /** How many network interfaces, each with a cable in the neighbour's bridge; default 1. */
  interfaces?: number;
  /** Another disk instead of the appliance's; nothing is written to it. */
  image?: string;
  /** Of its disk: "8G"; default as the image. */
  size?: string;
  /** More disks: raw files, written to. */
  disks?: string[];
  /** Read-only discs in a drive: ISO files. */
  discs?: string[];
  /** Its disk can be read only. */
  readOnly?: boolean;
  /** Writes go to the disk when the machine says so, and no earlier: for power cuts. Default: as is quickest. */
  durable?: boolean;
  uefi?: boolean;
}

/** Sockets and disk are in that folder. Always the same for the same options, as snapshots want it. */
export function argumentsFor(folder: string, options: MachineOptions): string[] {
  const { memory = 1024, cores = 2, interfaces = 1, disks = [], discs = [] } = options;
  const cache = options.durable ? 'none' : 'unsafe';
  const [qmp, serial, inside] = ['qmp', 'serial', 'inside'].map((name) => join(folder, name));
  const disk = `file=${join(folder, 'disk.qcow2')},if=none,id=disk,format=qcow2,cache=${cache}`;
  return [
    ...['-nodefaults', '-machine', 'q35', ...accelerator(), '-m', String(memory), '-smp', String(cores)],
    ...['-rtc', `base=${options.clock ?? 'utc'}`, '-display', 'none', '-vga', 'std', '-device', 'virtio-rng-pci'],
    ...(options.uefi ? ['-bios', '/usr/share/ovmf/OVMF.fd'] : []),
    ...[
      '-drive',
      `${disk}${options.readOnly ? ',readonly=on' : ''}`,
      '-device',
      'virtio-blk-pci,drive=disk,bootindex=1',
    ],
    ...disks.flatMap((file) => ['-drive', `file=${file},if=virtio,format=raw,cache=${cache}`]),
    // A cloud kernel knows no other drive for discs.
    ...discs.flatMap((file, at) => [
      ...['-device', 'virtio-scsi-pci', '-drive', `file=${file},if=none,id=disc${at},media=cdrom,format=raw`],
      ...['-device', `scsi-cd,drive=disc${at}`],
    ]),
    ...['-qmp', `unix:${qmp},server=on,wait=off`],
    ...['-chardev', `socket,id=serial,path=${serial},server=on,wait=off`, '-serial', 'chardev:serial'],
    ...['-device', 'virtio-serial-pci', '-chardev', `socket,id=inside,path=${inside},server=on,wait=off`],
    ...['-device', 'virtserialport,chardev=inside,name=test'],
    ...Array.from({ length: interfaces }, (_, at) => [
      ...['-netdev', `tap,id=lan${at},ifname=lan${at},script=no,downscript=no`],
      ...['-device', `virtio-net-pci,netdev=lan${at},id=nic${at},mac=52:54:00:67:68:0${at},romfile=`],
    ]).flat(),
  ];
}

/** KVM where the processor has what it takes: /dev/kvm alone may be there without. Emulated, the plainest is quickest. */
function accelerator(): string[] {
  const able = /^flags\s*:.*\b(vmx|svm)\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  return able ? ['-accel', 'kvm', '-accel', 'tcg', '-cpu', 'max'] : ['-accel', 'tcg,thread=multi', '-cpu', 'qemu64'];
}
