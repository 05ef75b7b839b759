/** What ping said on Debian 12 (iputils 20221126), and where it differs on Debian 13 (20240905). */

export const answered = `PING 10.77.0.1 (10.77.0.1) 56(84) bytes of data.
64 bytes from 10.77.0.1: icmp_seq=1 ttl=64 time=0.469 ms
64 bytes from 10.77.0.1: icmp_seq=2 ttl=64 time=0.075 ms

--- 10.77.0.1 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 1013ms
rtt min/avg/max/mdev = 0.075/0.272/0.469/0.197 ms
`;

export const unreachable = `PING 10.77.0.99 (10.77.0.99) 56(84) bytes of data.
no answer yet for icmp_seq=1
no answer yet for icmp_seq=2
From 10.77.0.2 icmp_seq=1 Destination Host Unreachable
From 10.77.0.2 icmp_seq=2 Destination Host Unreachable
From 10.77.0.2 icmp_seq=3 Destination Host Unreachable

--- 10.77.0.99 ping statistics ---
3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 2047ms
pipe 3
`;

export const silent = `PING 8.8.8.8 (8.8.8.8) 56(84) bytes of data.

--- 8.8.8.8 ping statistics ---
1 packets transmitted, 0 received, 100% packet loss, time 0ms

`;

export const six = `PING ::1(::1) 56 data bytes
64 bytes from ::1: icmp_seq=1 ttl=64 time=0.159 ms

--- ::1 ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms
rtt min/avg/max/mdev = 0.159/0.159/0.159/0.000 ms
`;

export const linkLocal = `PING fe80::1%eth0(fe80::1%eth0) 56 data bytes
From fe80::58cc:3ff:fe2e:688f%eth0 icmp_seq=1 Destination unreachable: Address unreachable

--- fe80::1%eth0 ping statistics ---
1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms

`;
