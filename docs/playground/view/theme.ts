import type { Theme } from '../paint/scene.ts';

const names: readonly (keyof Theme)[] = ['paper', 'ink', 'faint', 'rule', 'real', 'generated', 'discriminator', 'low', 'middle', 'high'];

export function themeOf(root: Element): Theme {
  const style = getComputedStyle(root);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as unknown as Theme;
}

/** Calls back when the site turns dark or light. Returns what stops it. */
export function onThemeChange(react: () => void): () => void {
  const observer = new MutationObserver(react);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['class'] });
  return () => observer.disconnect();
}
