/** Exit codes and signals by their names, as systemd and the kernel have them. Data only. */

/** systemd.exec(5), "Process Exit Codes": it could not even begin, since … */
export const setUpFailures: Record<number, { name: string; could: string }> = {
  200: { name: 'CHDIR', could: 'its working directory could not be entered' },
  201: { name: 'NICE', could: 'its scheduling priority could not be set' },
  202: { name: 'FDS', could: 'its open files could not be arranged' },
  203: { name: 'EXEC', could: 'its program could not be executed: it is missing, or not executable' },
  204: { name: 'MEMORY', could: 'there was not enough memory to start it' },
  205: { name: 'LIMITS', could: 'its resource limits could not be set' },
  206: { name: 'OOM_ADJUST', could: 'its OOM score could not be set' },
  207: { name: 'SIGNAL_MASK', could: 'its signals could not be set' },
  208: { name: 'STDIN', could: 'its standard input could not be opened' },
  209: { name: 'STDOUT', could: 'its standard output could not be opened' },
  210: { name: 'CHROOT', could: 'its root directory could not be entered' },
  211: { name: 'IOPRIO', could: 'its I/O priority could not be set' },
  212: { name: 'TIMERSLACK', could: 'its timer slack could not be set' },
  213: { name: 'SECUREBITS', could: 'its secure bits could not be set' },
  214: { name: 'SETSCHEDULER', could: 'its CPU scheduling could not be set' },
  215: { name: 'CPUAFFINITY', could: 'its CPU affinity could not be set' },
  216: { name: 'GROUP', could: 'its group does not exist or could not be taken on' },
  217: { name: 'USER', could: 'its user does not exist or could not be taken on' },
  218: { name: 'CAPABILITIES', could: 'its capabilities could not be set' },
  219: { name: 'CGROUP', could: 'its control group could not be set up' },
  220: { name: 'SETSID', could: 'its session could not be made' },
  222: { name: 'STDERR', could: 'its standard error could not be opened' },
  224: { name: 'PAM', could: 'its PAM session could not be opened' },
  225: { name: 'NETWORK', could: 'its network namespace could not be set up' },
  226: {
    name: 'NAMESPACE',
    could: 'its file system namespace could not be set up: a path that its unit file names is missing',
  },
  227: { name: 'NO_NEW_PRIVILEGES', could: 'its privileges could not be restricted' },
  228: { name: 'SECCOMP', could: 'its system call filter could not be set' },
  229: { name: 'SELINUX_CONTEXT', could: 'its SELinux context could not be set' },
  230: { name: 'PERSONALITY', could: 'its execution domain could not be set' },
  231: { name: 'APPARMOR_PROFILE', could: 'its AppArmor profile could not be set' },
  232: { name: 'ADDRESS_FAMILIES', could: 'its address families could not be restricted' },
  233: { name: 'RUNTIME_DIRECTORY', could: 'its runtime directory could not be made' },
  235: { name: 'CHOWN', could: 'the owner of its socket could not be set' },
  236: { name: 'SMACK_PROCESS_LABEL', could: 'its SMACK label could not be set' },
  237: { name: 'KEYRING', could: 'its kernel keyring could not be set up' },
  238: { name: 'STATE_DIRECTORY', could: 'its state directory could not be made' },
  239: { name: 'CACHE_DIRECTORY', could: 'its cache directory could not be made' },
  240: { name: 'LOGS_DIRECTORY', could: 'its log directory could not be made' },
  241: { name: 'CONFIGURATION_DIRECTORY', could: 'its configuration directory could not be made' },
  242: { name: 'NUMA_POLICY', could: 'its NUMA policy could not be set' },
  243: { name: 'CREDENTIALS', could: 'its credentials could not be loaded' },
};

/** signal(7), of Linux on x86 and ARM; what a signal that ends a program usually means. */
const signals: Record<number, readonly [name: string, means: string]> = {
  1: ['SIGHUP', 'somebody asked it to end'],
  2: ['SIGINT', 'somebody asked it to end'],
  3: ['SIGQUIT', 'somebody asked it to end with a core dump'],
  4: ['SIGILL', 'it crashed: the program is damaged or for another processor'],
  5: ['SIGTRAP', 'it crashed at a trap of its own'],
  6: ['SIGABRT', 'it gave up by itself on an error within'],
  7: ['SIGBUS', 'it crashed on memory or a file that was taken from it'],
  8: ['SIGFPE', 'it crashed on an arithmetic error'],
  9: ['SIGKILL', 'somebody killed it, or the kernel did for want of memory'],
  11: ['SIGSEGV', 'it crashed on a memory error'],
  13: ['SIGPIPE', 'whoever it wrote to had gone'],
  14: ['SIGALRM', 'an alarm of its own rang'],
  15: ['SIGTERM', 'somebody asked it to end'],
  24: ['SIGXCPU', 'it used up its limit of CPU time'],
  25: ['SIGXFSZ', 'it reached its limit of file size'],
  31: ['SIGSYS', 'it made a system call that its unit file forbids'],
};

export function signalOf(number: number): { name: string; means: string } {
  const [name, means] = signals[number] ?? [`signal ${number}`, 'it was ended from outside'];
  return { name, means };
}
