/**
 * The main screens at 80x24 as whole text, so that a change shows as a person would see it. What differs from run to
 * run is written as # or hh:mm:ss. After a wanted change: `npx vitest run … walk-text -u`, and read the difference.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Built, buildConsole, keys, masked, seeWhole } from './operator.ts';
import type { Pty } from './pty.ts';

let built: Built;
let pty: Pty;
beforeAll(() => {
  built = buildConsole();
});
afterEach(() => pty.kill());
afterAll(() => built.remove());

async function start(machine = 'healthy'): Promise<void> {
  pty = built.lab(machine);
  await pty.waitFor(' gatehouse-lab – 10.20.0.15');
}

/** Every value is there, and that text. */
const isRead = (text: string) => (p: Pty) => p.text().includes(text) && !p.text().includes('reading...');

/** The screen after these keys, when that text is seen. */
async function after(typed: string, text: string | RegExp | ((pty: Pty) => boolean)): Promise<string> {
  pty.send(typed);
  // The lab's load is mostly two digits, and then takes a row more.
  await pty.waitFor(text, 20_000);
  await seeWhole(pty);
  return `\n${masked(pty).replace(/ +$/gm, '').replace(/^$/gm, '')}\n`;
}

test('the main menu, its keys, and leaving it', async () => {
  await start();
  expect(await after('', 'Various commands')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)               USE: ←↑↓→ to navigate  ENTER to confirm





     ┌─ Configuration ────────────────────────────────────────────────────────────┐
     │                                                                            │
     │  Registration  Register the Appliance with the platform                    │
     │  System        System Settings                                             │
     │  Info          General Information                                         │
     │  Diagnostics   Information                                                 │
     │  Commands      Various commands                                            │
     │                                                                            │
     │                                                                            │
     │                                   < OK >                                   │
     └────────────────────────────────────────────────────────────────────────────┘






     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
  expect(await after('?', 'Keys that work here')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)                                   USE: ENTER to close





     ┌─ Configuration ────────────────────────────────────────────────────────────┐
     │                ┌─ Keys that work here ───────────────────┐                 │
     │  Registration  │ ←↑↓→    navigate                        │                 │
     │  System        │ ENTER   confirm                         │                 │
     │  Info          │ ESC     leave                           │                 │
     │  Diagnostics   │ ?       see all keys                    │                 │
     │  Commands      │ #       switch colours and line drawing │                 │
     │                │ Ctrl-L  paint the screen anew           │                 │
     │                │                                         │                 │
     │                │                 < OK >                  │                 │
     └────────────────└─────────────────────────────────────────┘─────────────────┘






     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
  expect(await after(keys.enter + keys.back, 'Leave the console?')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)               USE: ←↑↓→ to navigate  ENTER to confirm





     ┌─ Configuration ────────────────────────────────────────────────────────────┐
     │                                                                            │
     │  Registration  Register the Appliance with the platform                    │
     │  Syst┌─ Leave ──────────────────────────────────────────────────────┐      │
     │  Info│ Leave the console?                                           │      │
     │  Diag│ The appliance goes on as it is.                              │      │
     │  Comm│                                                              │      │
     │      │                     < Leave >  < Stay >                      │      │
     │      └──────────────────────────────────────────────────────────────┘      │
     │                                   < OK >                                   │
     └────────────────────────────────────────────────────────────────────────────┘






     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
});

test('Info', async () => {
  await start();
  expect(await after(`i${keys.enter}`, (p) => isRead('GHz')(p) && /GHz, \d\d %/.test(p.text()))).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)                   USE: ↑↓ to scroll  ENTER to confirm
      ┌─ General Information ────────────────────────────────────────────────────┐
      │ eth0            : 10.20.0.15/24                                          │
      │                   2001:db8:20::15/64                                     │
      │                   fe80::5054:ff:fe12:3456/64                             │
      │ Platform Status : Not registered                                         │
      │ Status URL      : no platform suffix is set                              │
      │ DNS Servers     : 10.20.0.1, 8.8.8.8                                     │
      │ System Time     : YYYY-MM-DD hh:mm:ss, synchronised                      │
      │ System Timezone : Etc/UTC (UTC, +0000)                                   │
      │ Appliance ID    : not registered                                         │
      │ Appliance Name  : gatehouse-lab                                          │
      │ Platform URL    : no platform suffix is set                              │
      │ System Updates  : 3 pending, 0 of them for security                      │
      │ Build Version   : 0.1.0-lab                                              │
      │ Service Version : 0.1.0                                                  │
      │ Disk 1          : sda, 64 GB, 18 % used                                  │
      │ Disk 2          : sdb, 268 GB, 12 % used                                 │
      │ CPU             : 4 x Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz, ## %     │
      │                   busy                                                   │
      │                                                                          │
      │                                  < OK >                           more ↓ │
      └──────────────────────────────────────────────────────────────────────────┘
     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
});

test('Info of a machine that is too small warns first', async () => {
  await start('below-requirements');
  expect(
    (await after(`i${keys.enter}`, isRead('Requirements mismatch'))).split('\n').slice(0, 12).join('\n'),
  ).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB          USE: ↑↓ to scroll  ENTER to confirm  PgUp/PgDn to page
      ┌─ General Information ────────────────────────────────────────────────────┐
      │ Requirements mismatch: This appliance does not meet the minimal          │
      │ requirements and may not function correctly.                             │
      │ WARNING: Total disk space is 20 GB. Minimum disk space requirement of 30 │
      │ GB is not matched.                                                       │
      │ WARNING: Found 4.1 GB installed memory. Minimum RAM requirement of 16 GB │
      │ is not matched.                                                          │
      │ Give the machine more, or expect slow or failing services.               │
      │                                                                          │
      │ eth0            : 10.20.0.15/24                                          │"
  `);
});

test('Diagnostics, Units, and what can be done with one', async () => {
  await start('unit-failed');
  expect(await after(`d${keys.enter}`, '2 failed')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (unit-failed)           USE: ←↑↓→ to navigate  ENTER to confirm



        ┌─ Diagnostics ────────────────────────────────────────────────────────┐
        │                                                                      │
        │  Containers         Docker containers                                │
        │  Images             Docker images                                    │
        │  Units              Service units                          2 failed  │
        │  Logs               Logs                                             │
        │  Proxy              Upstream proxy test                              │
        │  Stats              Container Stats                                  │
        │  Connectivity       Platform connectivity                            │
        │  Audit              Who changed what                                 │
        │  Generate report    Encrypted diagnostics report                     │
        │  Generate TCP dump  Upstream packet capture                          │
        │                                                                      │
        │                                                                      │
        │                           < OK >  < Back >                           │
        └──────────────────────────────────────────────────────────────────────┘



     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
  expect(await after(`u${keys.enter}`, 'systemd-journald')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (unit-failed)           USE: ←↑↓→ to navigate  ENTER to confirm




     ┌─ Units ────────────────────────────────────────────────────────────────────┐
     │ UNIT               STATE    DETAIL    SINCE                DESCRIPTION     │
     │ gatehouse          active   running   YYYY-MM-DD hh:mm:ss  Gatehouse serv… │
     │ docker             failed   failed    YYYY-MM-DD hh:mm:ss  Docker Applica… │
     │ containerd         active   running   YYYY-MM-DD hh:mm:ss  containerd con… │
     │ ssh                active   running   YYYY-MM-DD hh:mm:ss  OpenBSD Secure… │
     │ systemd-networkd   active   running   YYYY-MM-DD hh:mm:ss  Network Config… │
     │ systemd-resolved   active   running   YYYY-MM-DD hh:mm:ss  Network Name R… │
     │ systemd-timesyncd  failed   failed    YYYY-MM-DD hh:mm:ss  Network Time S… │
     │ systemd-journald   active   running   YYYY-MM-DD hh:mm:ss  Journal Service │
     │ Gatehouse service                                                          │
     │                                                                            │
     │                              < OK >  < Back >                              │
     └────────────────────────────────────────────────────────────────────────────┘




     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
  expect(await after(keys.enter, 'newest log lines')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (unit-failed)           USE: ←↑↓→ to navigate  ENTER to confirm




                  ┌─ gatehouse ──────────────────────────────────────┐
                  │                                                  │
                  │  Status   State, process, last result            │
                  │  Restart  Stop it and start it again             │
                  │  Start    Start it                      not now  │
                  │  Stop     Stop it until the next boot   not now  │
                  │  Logs     Its newest log lines                   │
                  │                                                  │
                  │                                                  │
                  │                                                  │
                  │                                                  │
                  │                                                  │
                  │                 < OK >  < Back >                 │
                  └──────────────────────────────────────────────────┘




     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
  expect(await after(keys.enter, 'Last result')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (unit-failed)                             USE: ENTER to confirm


      ┌─ gatehouse ──────────────────────────────────────────────────────────────┐
      │ Unit        : gatehouse.service                                          │
      │ Description : Gatehouse service                                          │
      │ State       : active (running)                                           │
      │ Since       : YYYY-MM-DD hh:mm:ss                                        │
      │ Started     : YYYY-MM-DD hh:mm:ss                                        │
      │ Process     : 400                                                        │
      │ Memory      : ##.# MB                                                    │
      │ Restarts    : 0                                                          │
      │ Last result : success                                                    │
      │ At boot     : enabled                                                    │
      │ Unit file   : /etc/systemd/system/gatehouse.service                      │
      │ Newest log  : hh:mm:ss Listening on /run/gatehouse/socket                │
      │               hh:mm:ss Console connected on tty1                         │
      │                                                                          │
      │                                  < OK >                                  │
      └──────────────────────────────────────────────────────────────────────────┘



     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
  expect(await after(`${keys.enter}r${keys.enter}`, 'interrupted')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (unit-failed)           USE: ←↑↓→ to navigate  ENTER to confirm




                  ┌─ gatehouse ──────────────────────────────────────┐
                  │                                                  │
                  │  Status   State, process, last result            │
                  │  Restart  Stop it and start it again             │
            ┌─ Restart gatehouse ──────────────────────────────────────────┐
            │ Restart gatehouse now?                                       │
            │ What it serves is interrupted.                               │
            │                                                              │
            │                   < Restart >  < Cancel >                    │
            └──────────────────────────────────────────────────────────────┘
                  │                                                  │
                  │                                                  │
                  │                 < OK >  < Back >                 │
                  └──────────────────────────────────────────────────┘




     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
});

test('a unit that does not start says why', async () => {
  await start('unit-failed');
  const restart = `d${keys.enter}u${keys.enter}${keys.down}${keys.enter}r${keys.enter}${keys.left}${keys.enter}`;
  expect(await after(restart, 'did not do as asked')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (unit-failed)               USE: ENTER to confirm  ↑↓ to scroll
          ┌─ docker ────────────────────────────────────────────────────────┐
          │ docker did not do as asked: it is failed (failed).              │
          │ It ended by itself with exit code 1, which says that it failed. │
          │ What it said last is in its log.                                │
          │                                                                 │
          │ Its last log lines:                                             │
          │ hh:mm:ss Starting up                                            │
          │ hh:mm:ss failed to start daemon: error while opening volume     │
          │ store metadata database: open                                   │
          │ /var/lib/docker/volumes/metadata.db: no space left on device    │
          │ hh:mm:ss docker.service: Main process exited, code=exited,      │
          │ status=1/FAILURE                                                │
          │ hh:mm:ss docker.service: Failed with result 'exit-code'.        │
          │ hh:mm:ss Starting docker.service - Docker Application Container │
          │ Engine...                                                       │
          │ hh:mm:ss Starting up                                            │
          │ hh:mm:ss failed to start daemon: error while opening volume     │
          │ store metadata database: open                                   │
          │ /var/lib/docker/volumes/metadata.db: no space left on device    │
          │                                                                 │
          │                             < OK >                       more ↓ │
          └─────────────────────────────────────────────────────────────────┘
     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
});

test('Ping, refused and answered', async () => {
  await start();
  expect(await after(`c${keys.enter}p${keys.enter}`, 'FQDN')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)   USE: ↑↓ to navigate  TAB to focus  ENTER to confirm








            ┌─ Ping ───────────────────────────────────────────────────────┐
            │ FQDN or IP address  8.8.8.8                                  │
            │                                                              │
            │                                                              │
            │                       < OK >  < Back >                       │
            └──────────────────────────────────────────────────────────────┘








     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
  expect(await after(`\x15no such host!${keys.enter}`, 'Right: ')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)   USE: ↑↓ to navigate  TAB to focus  ENTER to confirm







            ┌─ Ping ───────────────────────────────────────────────────────┐
            │ FQDN or IP address  no such host!                            │
            │ A blank at place 3 is not allowed in a name. Right:          │
            │ gateway.example.com                                          │
            │                                                              │
            │                                                              │
            │                       < OK >  < Back >                       │
            └──────────────────────────────────────────────────────────────┘







     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
  await after(`\x15dns.google${keys.enter}`, /2 {2}answer from 8\.8\.8\.8 in \d/);
  expect(await after(keys.back, 'max ')).toMatch(/(\d) sent, \1 received, 0 % lost/);
});

test('Containers and Images', async () => {
  await start();
  expect(await after(`d${keys.enter}${keys.enter}`, 'squid-2')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)    USE: ←↑↓→ to navigate  ENTER to confirm  s to sort




       ┌─ Containers ──────────────────────────────────────────────────────────┐
       │ NAME           STATE    TAG       IMAGE ID      CREATED        SIZE   │
       │ cams-logstash  running  1.6.2-17  7e32c1380c71  5 days ago   814 MB   │
       │ cams-rsyslog   running  1.6.2-17  bfe530993dce  5 days ago    92 MB   │
       │ camsd          running  1.6.2-17  5bcc8fef83a9  5 days ago  1.25 GB   │
       │ cams-metrics   running  1.5.2-11  df626d827de9  5 days ago   104 MB   │
       │ cams-haproxy   running  1.5.2-11  d66a91d532b1  5 days ago  93.3 MB   │
       │ squid-1        running  1.5.1-6   32e445b488ff  5 days ago   691 MB   │
       │ squid-2        running  1.5.1-6   32e445b488ff  5 days ago   659 MB   │
       │ cams-init      exited   1.5.1-6   2f2c5da67d43  5 days ago  12.4 MB   │
       │ cams-logstash: Up 2 days (healthy)                                    │
       │                                                                       │
       │                           < OK >  < Back >                            │
       └───────────────────────────────────────────────────────────────────────┘




     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
  expect(await after(`${keys.enter}${keys.enter}`, 'Container ID')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)                   USE: ↑↓ to scroll  ENTER to confirm
      ┌─ cams-logstash ──────────────────────────────────────────────────────────┐
      │ Name         : cams-logstash                                             │
      │ Container ID : 762e8005d8d4                                              │
      │ Image        : cams-logstash:1.6.2-17                                    │
      │ Image ID     : 7e32c1380c71                                              │
      │ State        : Up 2 days (healthy)                                       │
      │ Created      : YYYY-MM-DD hh:mm:ss (5 days ago)                          │
      │ Started      : YYYY-MM-DD hh:mm:ss                                       │
      │ Restarts     : 0                                                         │
      │ Restart rule : always                                                    │
      │ Health       : healthy                                                   │
      │                hh:mm:ss code 0 {"status":"green"}                        │
      │ Command      : /usr/local/bin/docker-entrypoint                          │
      │ Ports        : 127.0.0.1:5044 → 5044/tcp                                 │
      │                9600/tcp                                                  │
      │ Mounts       : /var/lib/logstash → /var/lib/logstash                     │
      │                /etc/cams/pipelines.yml →                                 │
      │                /usr/share/logstash/config/pipelines.yml (read-only)      │
      │ Networks     : cams 172.18.0.2/16                                        │
      │                                                                          │
      │                                  < OK >                           more ↓ │
      └──────────────────────────────────────────────────────────────────────────┘
     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
  expect(await after(`${keys.back.repeat(3)}i${keys.enter}`, 'REPOSITORY')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)    USE: ←↑↓→ to navigate  ENTER to confirm  s to sort




           ┌─ Images ───────────────────────────────────────────────────────┐
           │ REPOSITORY     TAG       IMAGE ID      CREATED          SIZE   │
           │ cams-logstash  1.6.2-17  7e32c1380c71  5 days ago     773 MB   │
           │ cams-rsyslog   1.6.2-17  bfe530993dce  5 days ago      92 MB   │
           │ camsd          1.6.2-17  5bcc8fef83a9  5 days ago    1.24 GB   │
           │ cams-metrics   1.5.2-11  df626d827de9  1 month ago    104 MB   │
           │ cams-haproxy   1.5.2-11  d66a91d532b1  1 month ago   93.3 MB   │
           │ cams-squid     1.5.1-6   32e445b488ff  2 months ago   461 MB   │
           │ cams-init      1.5.1-6   2f2c5da67d43  2 months ago  12.4 MB   │
           │ used by 1 container                                            │
           │                                                                │
           │                     < Details >  < Back >                      │
           └────────────────────────────────────────────────────────────────┘





     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
});

test.each([
  [40, 12],
  [200, 60],
])('Containers and Logs at %ix%i', async (columns, rows) => {
  pty = built.lab('healthy', { columns, rows });
  await pty.waitFor(' gatehouse-lab');
  const lines = async (typed: string, text: string) => (await after(typed, text)).replaceAll(/\n\n+/g, '\n');
  const list = await lines(`d${keys.enter}${keys.enter}`, 'cams-haproxy');
  expect(list).toMatch(columns === 40 ? /NAME +STATE +TAG/ : /NAME +STATE +TAG +IMAGE ID +CREATED +SIZE/);
  const logs = await lines(`${keys.back}l${keys.enter}`, 'access.log');
  expect(logs).toMatch(columns === 40 ? /LOG +SIZE/ : /LOG +SIZE +CHANGED +KIND/);
  for (const line of [...list.split('\n'), ...logs.split('\n')]) expect(line.length).toBeLessThanOrEqual(columns + 1);
});

test('what goes into a report, and what a reset deletes', async () => {
  await start();
  expect(await after(`d${keys.enter}g${keys.enter}${keys.enter}`, 'What goes into')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)      USE: ↑↓ to navigate  SPACE to tick  TAB to focus

                    ┌─ What goes into the report ──────────────────┐
                    │ About 4.## MB before packing. Encrypted to   │
                    │ support; passwords and keys are removed. Not │
                    │ there: gateway configuration, latest packet  │
                    │ capture.                                     │
                    │                                              │
                    │ [X] Gatehouse, 4.1 kB                        │
                    │ [X] Settings, 8.19 kB                        │
                    │ [X] Audit log, 0 B                           │
                    │ [X] Containers, 4 MB                         │
                    │ [X] Platform connectivity, 4.1 kB            │
                    │ [X] Machine, 4.1 kB                          │
                    │ [X] Network, 4.1 kB                          │
                    │ [X] Journal as text, 4.1 kB                  │
                    │ [X] Log files, ### kB                        │
                    │                                              │
                    │                                              │
                    │            < Generate >  < Back >            │
                    └──────────────────────────────────────────────┘


     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
  await after(keys.back, 'SFTP upload');
  await after(keys.back, 'Service units');
  expect(await after(`${keys.back}c${keys.enter}${keys.end}${keys.enter}`, 'Warning')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)   USE: ←→ to choose  ENTER to confirm  ESC to go back




      ┌─ Reset appliance ────────────────────────────────────────────────────────┐
      │ Warning: this action will reset appliance to its original state. It      │
      │ cannot be undone.                                                        │
      │                                                                          │
      │ It is deregistered where the platform can be reached, reboots, and       │
      │ begins as at its first boot: over the network nobody reaches it until it │
      │ is set up again at its own console.                                      │
      │                                                                          │
      │ Deleted : everything in the folder of this lab machine: settings,        │
      │           registration, logs, reports, audit                             │
      │                                                                          │
      │                                                                          │
      │                           < Reset >  < Back >                            │
      └──────────────────────────────────────────────────────────────────────────┘




     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
});

test('the first steps of a new machine', async () => {
  await start('first-boot');
  expect(await after('', 'First steps')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (first-boot)                USE: ←→ to choose  ENTER to confirm



      ┌─ First steps: Password, 1 of 6 ──────────────────────────────────────────┐
      │ The operator account has none yet. SSH stays off until it has one, or a  │
      │ key.                                                                     │
      │ Now: operator has no password yet.                                       │
      │ Later leads to the menu; to go on from here: System, First steps.        │
      │                                                                          │
      │ Password     : this step                                                 │
      │ Network      : done                                                      │
      │ Time         : done                                                      │
      │ Proxy        : to come                                                   │
      │ POD Suffix   : to come                                                   │
      │ Registration : to come                                                   │
      │                                                                          │
      │               < Set up >  < Skip >  < Español >  < Later >               │
      └──────────────────────────────────────────────────────────────────────────┘




     gatehouse-lab – 10.20.0.15   not registered
    "
  `);
});
