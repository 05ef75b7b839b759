/** What kernels say: cgroup v1 of 6.18, cgroup v2 of Debian 12's 6.1; shortened, and with lines for other disks. */

export const stat = `cpu  772603 10 208720 1413896 4262 5 2838 602 7 0
cpu0 383033 0 101160 714886 1246 0 546 300 0 0
cpu1 389569 0 107560 699009 3016 0 2291 302 0 0
intr 14208641 0 0 0 0
ctxt 48657991
btime 1763712000
`;

export const meminfo = `MemTotal:       24684084 kB
MemFree:        22911364 kB
MemAvailable:   23774364 kB
Buffers:           17300 kB
Cached:           963420 kB
`;

export const netDev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 3159438569  851069    0    0    0     0          0         0 3159438569  851069    0    0    0     0       0          0
  ifb0:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
  eth0: 2278233649   73028    0    0    0     0          0         0  7225801   56580    0    0    0     0       0          0
  eth1:1000   1    0    0    0     0          0         0  2000   1    0    0    0     0       0          0
eth0.10: 500   1    0    0    0     0          0         0  600   1    0    0    0     0       0          0
docker0: 900   1    0    0    0     0          0         0  900   1    0    0    0     0       0          0
vethab12cd3: 900   1    0    0    0     0          0         0  900   1    0    0    0     0       0          0
`;

export const diskstats = `   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
 254       0 vda 468244 39762 13630698 312185 1472032 331891 39046288 387933 0 153660 781354 459567 2369 32851416 44517 361751 36717
 254       1 vda1 468000 39762 13630000 312185 1472032 331891 39046288 387933 0 153660 781354 459567 2369 32851416 44517 361751 36717
 259       0 nvme0n1 10 0 100 1 20 0 200 1 0 1 1
 259       1 nvme0n1p1 10 0 100 1 20 0 200 1 0 1 1
 252       0 dm-0 10 0 7 1 20 0 9 1 0 1 1
   9       0 md0 10 0 7 1 20 0 9 1 0 1 1
 253       0 zram0 5 0 40 0 6 0 48 0 0 0 0 0 0 0 0 0 0
  11       0 sr0 5 0 40 0 6 0 48 0 0 0 0 0 0 0 0 0 0
`;

export const cpuStat = `usage_usec 16355201
user_usec 6118421
system_usec 10236779
nr_periods 0
nr_throttled 0
throttled_usec 0
nr_bursts 0
burst_usec 0
`;

export const memoryStat2 = `anon 100265984
file 9334784
kernel 352256
kernel_stack 32768
inactive_anon 100212736
active_anon 53248
inactive_file 8192
active_file 241664
`;

export const memoryStat1 = `cache 9334784
rss 15425536
inactive_file 8192
hierarchical_memory_limit 9223372036854771712
total_cache 112496640
total_inactive_file 77852672
total_active_file 25546752
`;

export const ioStat = `254:0 rbytes=42991616 wbytes=67108864 rios=44 wios=128 dbytes=0 dios=0
252:0 rbytes=42991616 wbytes=67108864 rios=44 wios=128 dbytes=0 dios=0
7:0 
259:0 rbytes=1 wbytes=2 rios=1 wios=1 dbytes=0 dios=0
`;

export const blkio = `254:0 Read 90430464
254:0 Write 299008000
254:0 Sync 300000000
254:0 Async 89438464
254:0 Discard 50331648
254:0 Total 439770112
252:0 Read 90430464
252:0 Write 299008000
Total 879540224
`;

export const mounts1 = `tmpfs /sys/fs/cgroup tmpfs rw,relatime,mode=755 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0
cgroup /sys/fs/cgroup/blkio cgroup rw,relatime,blkio 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,xattr,name=systemd 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0
cgroup /mnt/second\\040time cgroup rw,relatime,memory 0 0
`;

export const mounts2 = `proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0
cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot 0 0
`;
