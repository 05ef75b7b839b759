/**
 * The walls: which part may know which. Kept by scripts/check and test/walls.test.ts, which proves each of them.
 * A rule names who (`from`) and what it must not import (`to`). Paths are regular expressions on the path from the top.
 */

/** An import that only names types is gone at run time. */
const atRunTime = { dependencyTypesNot: ['type-only'] };
const npm = (...names) => `(^|/)node_modules/(${names.join('|')})(/|$)`;
const wiring = '^screens/(console|menu|open-menu|statuses)\\.ts$';

const wall = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    wall(
      'screens-know-kit-and-contract',
      'A screen, and a flow that several of them share, knows the kit, the types of the contract, the brand and the values.',
      { path: '^screens/', pathNot: ['^screens/(kit|texts)/', wiring] },
      { pathNot: ['^screens/(kit|flows|texts)/', '^src/appliance\\.ts$', '^src/brand/', '^src/values/'] },
    ),
    wall(
      'menu-knows-screens',
      'The menu is data: beyond what a screen may know it names the screens.',
      { path: '^screens/menu\\.ts$' },
      { pathNot: ['^screens/', '^src/appliance\\.ts$', '^src/brand/', '^src/values/'] },
    ),
    wall(
      'console-wires',
      'The wiring knows screens, the contract, the shape of a link, errors, the brand and the values.',
      { path: '^screens/(console|open-menu|statuses)\\.ts$' },
      { pathNot: ['^screens/', '^src/(appliance|errors|client/link)\\.ts$', '^src/brand/', '^src/values/'] },
    ),
    wall(
      'contract-is-types',
      'Whoever imports the contract imports types.',
      {},
      { path: '^src/(appliance\\.ts$|contract/)', ...atRunTime },
    ),
    wall(
      'contract-imports-types',
      'The contract itself imports types only.',
      { path: '^src/(appliance\\.ts$|contract/)' },
      { ...atRunTime },
    ),
    wall(
      'texts-stand-alone',
      'The texts and the language they are shown in know nothing else.',
      { path: '^screens/texts/' },
      { pathNot: ['^screens/texts/'] },
    ),
    wall(
      'only-kit-knows-blessed',
      'blessed and blessed-contrib are at work in the kit and nowhere else.',
      { path: '^(src|screens)/', pathNot: '^screens/kit/' },
      { path: npm('blessed', 'blessed-contrib', '@types/blessed') },
    ),
    wall(
      'kit-knows-little',
      'The kit knows values, errors, blessed and Node, and types of the contract and of the brand.',
      { path: '^screens/kit/' },
      {
        pathNot: [
          '^screens/(kit|texts)/',
          '^src/(appliance|errors|brand/brand)\\.ts$',
          '^src/values/',
          npm('blessed', 'blessed-contrib', '@types/blessed', 'uqr'),
        ],
        dependencyTypesNot: ['core'],
      },
    ),
    wall(
      'kit-names-no-vendor',
      'What the brand says is handed to the kit.',
      { path: '^screens/kit/' },
      { path: '^src/brand/', ...atRunTime },
    ),
    wall(
      'src-knows-no-screens',
      'What is beneath does not know what is shown; the command line starts it.',
      { path: '^src/', pathNot: '^src/(cli|main)(/|\\.ts$)' },
      { path: '^screens/' },
    ),
    wall(
      'adapters-apart',
      'An adapter knows one thing of the machine, and no other adapter; real.ts lists them.',
      { path: '^src/adapters/([^/]+)/' },
      { path: '^src/adapters/[^/]+/', pathNot: '^src/adapters/$1/' },
    ),
    wall(
      'only-run-starts-processes',
      'Programs are started in one place, which knows how to end them.',
      { path: '^(src|screens)/', pathNot: '^src/run\\.ts$' },
      { path: [npm('execa'), '^(node:)?child_process$'] },
    ),
    wall(
      'only-service-chooses-the-machine',
      'Real or lab: decided where the service is put together, and on the command line.',
      { path: '^(src|screens)/', pathNot: '^src/(service|lab|cli|main)(/|\\.ts$)' },
      { path: ['^src/adapters/real\\.ts$', '^src/lab/'] },
    ),
    wall(
      'lab-is-no-machine',
      'The lab simulates: it has types of the adapters, what renders their files or explains, and those of files handed to them.',
      { path: '^src/lab/' },
      {
        path: '^src/adapters/',
        pathNot:
          '^src/adapters/(machine|[^/]+/render|proxy/no-connection|hosts/(hosts|block)|logs/log-files|units/why)\\.ts$',
        ...atRunTime,
      },
    ),
    wall(
      'values-are-pure',
      'Values import values, and at most a package that is as pure.',
      { path: '^src/values/' },
      { pathNot: ['^src/values/', npm('get-east-asian-width')] },
    ),
    wall('errors-stand-alone', 'Errors import nothing.', { path: '^src/errors\\.ts$' }, { path: '.' }),
    wall(
      'machine-packages-in-adapters',
      'Packages that read the machine are at work in adapters and nowhere else.',
      { path: '^(src|screens)/', pathNot: '^src/adapters/' },
      { path: npm('systeminformation', 'ping') },
    ),
    wall('no-circles', 'Two files that need each other are one file, or three.', {}, { circular: true }),
    wall('found', 'An import that leads nowhere.', {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    cache: { folder: '.cache/walls', strategy: 'content' },
  },
};
