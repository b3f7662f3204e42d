/** What `../results/speed-<backend>.json` holds. */
export interface SpeedResult {
  readonly backend: string;
  readonly device: string;
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly torch: string;
  readonly threads: number;
  /** Of the best product of two 1024 x 1024 matrices in PyTorch: as near to the machine's peak as software gets. */
  readonly sgemmGflops: number;
  readonly steps: number;
  readonly rows: Readonly<Record<string, SpeedRow>>;
}

/** Medians. What is no arithmetic has no rate of it. */
export interface SpeedRow {
  readonly ms: number;
  readonly 'PyTorch ms': number;
  readonly ratio: number;
  readonly 'GFLOP/s'?: number;
  readonly 'PyTorch GFLOP/s'?: number;
  readonly 'share of peak, %'?: number;
}
