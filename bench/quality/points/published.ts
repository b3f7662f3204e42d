/** What others published of the same points: means and deviations over ten runs of 2,500 samples. */
export interface Published {
  readonly who: string;
  readonly modes: string;
  /** In percent. */
  readonly highQuality: string;
  readonly reverseKl: string;
}

const pacGan = 'PacGAN, table 1';

export const published: Readonly<Record<'ring' | 'grid', readonly Published[]>> = {
  ring: [
    { who: `GAN (${pacGan})`, modes: '6.3 ± 0.5', highQuality: '98.2 ± 0.2', reverseKl: '0.45' },
    { who: `PacGAN2 (${pacGan})`, modes: '7.9 ± 0.1', highQuality: '95.6 ± 2.0', reverseKl: '0.07' },
    { who: `PacGAN4 (${pacGan})`, modes: '7.8 ± 0.1', highQuality: '95.9 ± 1.4', reverseKl: '0.07' },
    { who: 'VEEGAN', modes: '8', highQuality: '52.9', reverseKl: '' },
    { who: 'Unrolled GAN (VEEGAN paper)', modes: '7.6', highQuality: '35.6', reverseKl: '' },
  ],
  grid: [
    { who: `GAN (${pacGan})`, modes: '17.3 ± 0.8', highQuality: '94.8 ± 0.7', reverseKl: '0.70' },
    { who: `PacGAN2 (${pacGan})`, modes: '23.8 ± 0.7', highQuality: '91.3 ± 0.8', reverseKl: '0.13' },
    { who: `PacGAN4 (${pacGan})`, modes: '24.8 ± 0.2', highQuality: '93.6 ± 0.6', reverseKl: '0.04' },
    { who: 'VEEGAN', modes: '24.6', highQuality: '40', reverseKl: '' },
    { who: 'Unrolled GAN (VEEGAN paper)', modes: '23.6', highQuality: '16', reverseKl: '' },
  ],
};

/** What the points themselves score, computed: no sampler does better but by chance. */
export const ceilings = {
  ring: { who: 'the points themselves', modes: '8', highQuality: '98.9', reverseKl: '0.001' },
  grid: { who: 'the points themselves', modes: '25', highQuality: '98.9', reverseKl: '0.005' },
} as const satisfies Record<string, Published>;

/** What is aimed at: every mode from every seed, and the best published share of samples of high quality, in percent. */
export const goals = { ring: { modes: 8, highQuality: 95.6 }, grid: { modes: 25, highQuality: 93.6 } } as const;
