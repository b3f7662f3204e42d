/** What is known of a generator. */
export interface Card {
  /** What `load` knows it by: `mnist-dcgan`. */
  readonly name: string;
  /** The variant it was trained as. */
  readonly variant: string;
  /** The dataset, by the name that the command knows it by. */
  readonly dataset: string;
  /** Length of a latent vector. */
  readonly latentDim: number;
  /** Height, width and channels; values in [-1, 1]. */
  readonly sampleShape: readonly number[];
  /** How many weights it has. */
  readonly parameters: number;
  /** Of its weights, as float16. */
  readonly bytes: number;
  /** Real images its training had seen when its samples were closest to them; `seconds` is of the whole training. */
  readonly realImages: number;
  /** Of its training. */
  readonly seed: number;
  /** Of the whole training. */
  readonly seconds: number;
  /** What it was trained with. */
  readonly engine: string;
  /** Of 10,000 samples, by `mnistClassifier()` of @ganzoo/metrics, against the 10,000 test digits. */
  readonly scores: Scores;
  /** The same of as many training digits. */
  readonly scoresOfReal: Scores;
}

/** What digits are worth by `mnistClassifier()` of @ganzoo/metrics. */
export interface Scores {
  /** Classifier score, 1 to 10. */
  readonly score: number;
  /** Fréchet classifier distance. */
  readonly distance: number;
  /** Share of the samples that lie near a test digit, in [0, 1]. */
  readonly precision: number;
  /** Share of the test digits that lie near a sample, in [0, 1]. */
  readonly recall: number;
}
