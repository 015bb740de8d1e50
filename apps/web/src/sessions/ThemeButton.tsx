// Light, dark, or as the system has it: one button that goes round.

import { say } from '../state/announcer.ts';
import { useStore } from '../state/store.ts';
import { setTheme, theme } from '../state/theme.ts';
import { IconButton } from '../ui/IconButton.tsx';

const looks = {
  system: { icon: 'screen', label: 'Theme: as the system', next: 'light' },
  light: { icon: 'sun', label: 'Theme: light', next: 'dark' },
  dark: { icon: 'moon', label: 'Theme: dark', next: 'system' },
} as const;

export function ThemeButton() {
  const { icon, label, next } = looks[useStore(theme)];
  return (
    <IconButton
      icon={icon}
      label={`${label}. Change to: ${next}`}
      onClick={() => {
        setTheme(next);
        say(looks[next].label);
      }}
    />
  );
}
