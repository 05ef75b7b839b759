/** What the machine is and what runs on it: system, time, kernel, disks and memory. */
import { programsItem } from './programs.ts';

export const machine = programsItem({
  name: 'machine',
  title: 'Machine',
  about: 'Host name, system, processors, processes and installed packages',
  lines: [
    ['hostname.txt', 'hostnamectl', '--no-pager', 'status'],
    ['kernel.txt', 'uname', '-a'],
    ['uptime.txt', 'uptime'],
    ['processors.txt', 'lscpu'],
    ['processes.txt', 'ps', '-e', '-o', 'pid,ppid,user,stat,pcpu,pmem,rss,lstart,wchan:20,args', '-ww'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own
    ['packages.txt', 'dpkg-query', '--show', '--showformat', '${db:Status-Abbrev} ${Package} ${Version}\\n'],
    ['logins.txt', 'last', '-F', '-w', '-n', '200'],
    ['sessions.txt', 'loginctl', '--no-pager', 'list-sessions'],
  ],
  files: ['/etc/os-release', '/proc/loadavg', '/proc/version'],
});

export const time = programsItem({
  name: 'time',
  title: 'Time',
  about: 'Clock, time zone, time servers and how far off they say it is',
  lines: [
    ['clock.txt', 'timedatectl', '--no-pager', 'status'],
    ['properties.txt', 'timedatectl', '--no-pager', 'show'],
    ['servers.txt', 'timedatectl', '--no-pager', 'timesync-status'],
    ['server-properties.txt', 'timedatectl', '--no-pager', 'show-timesync', '--all'],
  ],
});

export const kernel = programsItem({
  name: 'kernel',
  title: 'Kernel log',
  about: 'Messages of the kernel since it was started, its modules and settings',
  lines: [
    // As the journal has them: the service may not read the kernel's own buffer.
    ['messages.txt', 'journalctl', '--no-pager', '--dmesg', '--output=short-iso-precise'],
    ['modules.txt', 'lsmod'],
    ['settings.txt', 'sysctl', '--all', '--ignore'],
  ],
  files: ['/proc/cmdline', '/proc/interrupts', '/proc/softirqs'],
});

export const disk = programsItem({
  name: 'disk',
  title: 'Disks and memory',
  about: 'File systems and what they hold, disks, mounts, memory and the pressure on them',
  lines: [
    ['usage.txt', 'df', '-PT', '-h', '--local'],
    ['inodes.txt', 'df', '-Pi', '--local'],
    ['disks.txt', 'lsblk', '--all', '--output', 'NAME,TYPE,SIZE,FSTYPE,MOUNTPOINTS,MODEL,STATE,ROTA,RO'],
    ['mounts.txt', 'findmnt', '--list', '--output', 'TARGET,SOURCE,FSTYPE,OPTIONS'],
    ['memory.txt', 'free', '--bytes', '--wide'],
    ['journal-usage.txt', 'journalctl', '--no-pager', '--disk-usage'],
    ['var-usage.txt', 'du', '-x', '-h', '--max-depth=2', '/var'],
    ['control-groups.txt', 'systemd-cgtop', '--batch', '--iterations=1', '--raw'],
  ],
  files: [
    ...['/proc/meminfo', '/proc/vmstat', '/proc/diskstats', '/proc/swaps'],
    ...['/proc/pressure/cpu', '/proc/pressure/io', '/proc/pressure/memory'],
  ],
});
