/** Commands › Reset network: the network settings only, back to those of a new machine, as a transaction. */
import { change, drafted } from '../flows/change.ts';
import type { Screen } from '../kit/screen.ts';
import { t } from '../texts/texts.ts';

export const resetNetwork: Screen = (surroundings) =>
  change(surroundings, 'reset-network', {
    title: t`Reset network`,
    edit: drafted(surroundings, t`Reset network`, { section: 'reset-network' }),
    really: () => t`Reset network interface? Only the network configuration of the appliance is reset.`,
  });
