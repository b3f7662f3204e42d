/** Where a run was at a moment of its fit. */
export interface Moment {
  readonly step: number;
  readonly realSamples: number;
  readonly seconds: number;
}

const WINDOW_SECONDS = 10;

/** Speeds over the last ten seconds or so: steps and real samples a second, 0 while unknown. */
export function speedometer(): (moment: Moment) => { readonly steps: number; readonly samples: number } {
  const window: Moment[] = [];
  return ({ step, realSamples, seconds: now }) => {
    window.push({ step, realSamples, seconds: now });
    while (window.length > 2 && now - (window[1] as Moment).seconds >= WINDOW_SECONDS) window.shift();
    const from = window[0] as Moment;
    const seconds = now - from.seconds;
    if (seconds <= 0) return { steps: 0, samples: 0 };
    return { steps: (step - from.step) / seconds, samples: (realSamples - from.realSamples) / seconds };
  };
}

/**
 * `player/part` values by player, shortened: `D real 0.693 fake 0.701, G fake 0.69, accuracy 51 %`; or, summed as they are
 * trained, `D 1.39, G 0.69, accuracy 51 %`. A player is called by its initial where no other has the same.
 */
export function lossText(losses: Readonly<Record<string, number>>, style: 'parts' | 'sums' = 'parts'): string {
  const players = new Map<string, [string, number][]>();
  const accuracies: string[] = [];
  for (const [key, value] of Object.entries(losses)) {
    const slash = key.indexOf('/');
    const [player, part] = [key.slice(0, Math.max(slash, 0)), key.slice(slash + 1)];
    if (part === 'accuracy') accuracies.push(`accuracy ${Math.round(100 * value)} %`);
    else players.set(player, [...(players.get(player) ?? []), [part, value]]);
  }
  const names = [...players.keys()];
  const short = (name: string): string => (names.filter((other) => other[0] === name[0]).length === 1 ? name.slice(0, 1).toUpperCase() : name);
  const values = (parts: readonly [string, number][]): string =>
    style === 'sums' ? compact(parts.reduce((sum, [, value]) => sum + value, 0)) : parts.map(([part, value]) => `${part} ${compact(value)}`).join(' ');
  return [...[...players].map(([player, parts]) => `${short(player)} ${values(parts)}`.trim()), ...accuracies].join(', ');
}

/** `score 8.12, distance 3.4`. */
export function measuredText(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${compact(value)}`)
    .join(', ');
}

/** What the process holds: `480 MB`, `2.1 GB`. */
export function memoryText(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `1200 img/s, 0:42 left`. */
export function speedText(speed: { readonly steps: number; readonly samples: number }, stepsLeft: number): string {
  if (speed.samples <= 0) return '';
  const rate = `${speed.samples < 10 ? speed.samples.toFixed(1) : Math.round(speed.samples)} img/s`;
  return stepsLeft > 0 && speed.steps > 0 ? `${rate}, ${duration(stepsLeft / speed.steps)} left` : rate;
}

/** `0:07`, `12:34` or `1:02:03`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Three significant digits. */
function compact(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || value === 0) return String(value);
  return size >= 1e4 || size < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}
