/**
 * A booted Debian as it is at its first boot, then made somebody's in every way that a reset has to undo, with a word in
 * each file that must be nowhere afterwards; and beside it what must stay. For the tests of resets.
 */
import { bootHost, type Host, until } from './machine.ts';

export const canary = 'canary-of-the-reset';

const image = `[Match]
Name=eth0
[Network]
Address=10.77.0.2/24
Gateway=10.77.0.1
DNS=10.77.0.1
`;

/** What is there at the first boot, and stays: an image's own, and somebody else's. */
const delivered = `
set -e
systemctl --quiet disable --now ssh.service
useradd --gid operator --create-home --shell /usr/bin/gatehouse operator
useradd --create-home anna && echo anna:stays | chpasswd
mkdir -p /home/operator/.ssh /home/anna/.ssh ~root/.ssh /srv/data /var/log/app/old /etc/systemd/resolved.conf.d /etc/gatehouse /etc/docker /var/lib/containerd
# The logs of its making, which are no part of an image.
find /var/log -name "*.log" -delete
for home in /home/anna /root; do echo 'ssh-ed25519 AAAA stays' >$home/.ssh/authorized_keys; done
echo 'a note' >/home/operator/note; echo 'their data' >/srv/data/file; echo age1stays >/etc/gatehouse/support.keys
echo '10.9.9.9 printer' >>/etc/hosts
mkdir -p /etc/apt/apt.conf.d /etc/systemd/system/docker.service.d /var/lib/gatehouse-platform /var/diagnostics
echo '// theirs' >/etc/apt/apt.conf.d/80theirs; echo '# theirs' >/etc/systemd/system/docker.service.d/10-theirs.conf
echo '# theirs' >/etc/systemd/network/10-gatehous.network; echo kept >/var/lib/gatehouse-platform/file
cd /var/lib && mkdir -p docker && cd docker
mkdir -p containers volumes network/files image/overlay2/layerdb/mounts image/overlay2/layerdb/sha256/1a2b overlay2/l
echo network >network/files/local-kv.db; echo image >image/overlay2/repositories.json
echo 0123456789abcdef >image/overlay2/layerdb/sha256/1a2b/cache-id
mkdir -p overlay2/0123456789abcdef/diff/bin && echo program >overlay2/0123456789abcdef/diff/bin/app
echo IMAGELINK >overlay2/0123456789abcdef/link && ln -s ../0123456789abcdef/diff overlay2/l/IMAGELINK
`;

const container = 'c0ffee'.repeat(10);
const layer = 'fedcba9876543210';

/** What makes it somebody's. "$1": the word. */
const owned = `
set -e
echo "operator:$1" | chpasswd
echo "ssh-ed25519 AAAA $1" >/home/operator/.ssh/authorized_keys; cp /home/operator/.ssh/authorized_keys /home/operator/.ssh/authorized_keys2
systemctl --quiet enable --now ssh.service
gatehouse hosts add "$1.example=10.1.2.3" >/dev/null
gatehouse time set --server "$1.example" --zone Europe/Madrid >/dev/null
gatehouse network set eth0 --static 10.77.0.2/24 --gateway 10.77.0.1 >/dev/null || [ $? = 10 ]
gatehouse changes keep >/dev/null
cd /var/lib/gatehouse
mkdir -p registration registration.new change
for file in registration/key.pem registration/certificate.pem registration/registration.json registration.new/key.pem \\
  enrolment.json known-hosts.json platform-ca.pem audit.jsonl.1 handover.key; do echo "$1" >$file; done
for file in /etc/systemd/network/10-gatehouse-eth7.network /etc/systemd/network/.10-gatehouse-eth7.network.gatehouse-before \\
  /etc/systemd/resolved.conf.d/50-gatehouse.conf /etc/apt/apt.conf.d/90gatehouse-proxy /etc/gatehouse/proxy.env \\
  /etc/systemd/system/docker.service.d/50-gatehouse-proxy.conf \\
  /etc/systemd/system/docker.service.d/.50-gatehouse-proxy.conf.gatehouse-new; do
  mkdir -p "$(dirname $file)"; echo "# $1" >$file; done
mkdir -p /var/lib/systemd/coredump; echo "$1" >/var/lib/systemd/coredump/core.node.1
for file in gatehouse-report-1.tar.zst.age gatehouse-report-1.tar.zst.age.sig .partial upstream.pcap upstream.json; do
  echo "$1" >/var/diagnostics/$file; done
logger "$1"; mkdir -p /var/log/app/old; for n in $(seq 400); do echo "$1" >/var/log/app/old/log.$n; done; echo "$1" >/var/log/syslog
cd /var/lib/docker
mkdir -p containers/${container} && echo "$1" >containers/${container}/config.v2.json
echo "$1" >containers/${container}/${container}-json.log
mkdir -p volumes/one/_data && echo "$1" >volumes/metadata.db; for n in $(seq 2000); do echo "$1" >volumes/one/_data/$n; done
mkdir -p /var/lib/containerd/io.containerd.metadata.v1.bolt && echo "$1" >/var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db
mkdir -p image/overlay2/layerdb/mounts/${container}
echo -n ${layer} >image/overlay2/layerdb/mounts/${container}/mount-id
echo -n ${layer}-init >image/overlay2/layerdb/mounts/${container}/init-id
mkdir -p overlay2/${layer}/diff overlay2/${layer}-init/diff; echo "$1" >overlay2/${layer}/diff/written; echo "$1" >overlay2/${layer}-init/diff/hosts
echo -n OWNLINK >overlay2/${layer}/link; ln -s ../${layer}/diff overlay2/l/OWNLINK
echo -n INITLINK >overlay2/${layer}-init/link; ln -s ../${layer}-init/diff overlay2/l/INITLINK
sync; journalctl --sync
`;

/** Every folder with its owner and mode, link with its target, and file with its digest. */
const look = `cd /; all="find etc home opt root srv var -xdev -path opt/ask -prune -o"
$all -type d -printf '/%p/ %m %U:%G\\n'; $all -type l -printf '/%p %l\\n'; $all -type f -printf '/%p %m %U:%G\\n'
$all -type f -exec sha256sum {} + | sed 's|^\\([0-9a-f]*\\)  |/&|; s|^/\\([0-9a-f]*\\)  \\(.*\\)|/\\2 \\1|'`;

/** Changes by itself at every start, or with what the service writes at it: of these only names are compared, or nothing. */
const namesOnly = /^\/var\/lib\/gatehouse\/|^\/etc\/ssh\/ssh_host_|^\/etc\/(shadow|passwd|group|gshadow)-$/;
const passing =
  /^\/var\/(log\/(journal\/.*|wtmp|btmp|lastlog|faillog)|lib\/(systemd|dbus|private|gatehouse\/settings\/.*)|tmp|cache)(\/|$| )|^\/etc\/(\.pwd\.lock|\.updated|ld\.so\.cache)|^\/var\/(\.updated|lib\/logrotate)/;

export class ResetHost {
  private constructor(
    readonly host: Host,
    /** As it was at its first boot. */
    readonly first: string[],
    /** Host keys as they were when it was somebody's. */
    readonly keys: string,
    /** Makes its disk again as it was when it was somebody's. Only while it is off. */
    readonly own: () => Promise<void>,
  ) {}

  /** Off when it returns, with somebody's disk. */
  static async make(): Promise<ResetHost> {
    const files = { '/etc/systemd/network/10-eth0.network': '', '/etc/systemd/network/80-image.network': image };
    const host = await bootHost({ gatehouse: true, files });
    try {
      await must(host, delivered);
      // Its service writes what it does at a first boot.
      await must(host, 'systemctl restart gatehouse.service');
      await answers(host);
      const first = await lookAt(host);
      await must(host, owned);
      const keys = await must(host, 'cat /etc/ssh/ssh_host_*_key.pub');
      await host.run(['systemctl', '--no-block', 'poweroff']);
      await host.wentDown();
      return new ResetHost(host, first, keys, await host.keepDisk());
    } catch (error) {
      await host.end();
      throw error;
    }
  }

  /** Of its disk, seen from outside. */
  get disk(): string {
    return this.host.disk;
  }

  answers(): Promise<unknown> {
    return answers(this.host);
  }

  look(): Promise<string[]> {
    return lookAt(this.host);
  }

  /** Files with the word of what must be gone, anywhere on the disk. */
  async left(): Promise<string> {
    const places = '/etc /home /opt /root /srv /var /run/log';
    // The journal is packed: asked on its own.
    const { stdout } = await this.host.run([
      'sh',
      '-c',
      `grep -rlF ${canary} ${places}; journalctl --no-pager -q --grep=${canary} | head -3; true`,
    ]);
    return stdout;
  }

  run(command: string): Promise<string> {
    return must(this.host, command);
  }
}

async function must(host: Host, command: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.run(['sh', '-c', command, 'sh', canary], { limit: 120_000 });
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr || stdout}`);
  return stdout;
}

async function answers(host: Host): Promise<void> {
  await until('the service', async () => (await host.run(['gatehouse', 'status'])).exitCode === 0);
}

async function lookAt(host: Host): Promise<string[]> {
  const lines = (await must(host, look)).trim().split('\n');
  return lines
    .filter((line) => !passing.test(line))
    .map((line) => (namesOnly.test(line) ? (line.split(' ')[0] ?? '') : line))
    .sort();
}
