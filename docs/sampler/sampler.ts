import '../playground/view/colours.css';
import '../playground/view/page.css';
import '../playground/view/controls.css';
import './style.css';
import { element } from '../playground/view/elements.ts';
import { Messages } from '../playground/view/messages.ts';
import { Engine } from './engine/client.ts';
import type { News, Picture } from './engine/protocol.ts';
import { readLink, writeLink } from './link.ts';
import { randomSeed, still, type Sample } from './sample.ts';
import { ActionBar } from './view/actions.ts';
import { DigitFigure, RowFigure } from './view/pictures.ts';
import { GeneratorPanel } from './view/scores.ts';
import { DirectionSliders, TruncationSlider } from './view/sliders.ts';
import { Walk } from './walk.ts';
import { alternative, caption, failureInWords, loading } from './words.ts';

/** Browsers allow a page to write its address only so often. */
const linkDelay = 300;

/** The page: knows what is to be seen, has it drawn, and shows it. */
class Sampler {
  readonly #abort = new AbortController();
  readonly #messages = new Messages();
  readonly #digit = new DigitFigure();
  readonly #row = new RowFigure();
  readonly #generator: GeneratorPanel;
  readonly #truncation = new TruncationSlider((truncation) => this.#change({ truncation }));
  readonly #directions = new DirectionSliders(
    (direction, value) => this.#shift(direction, value),
    (direction) => this.#look(direction),
  );
  readonly #actions: ActionBar;
  readonly #walk = new Walk((next) => this.#draw(next(this.#sample)));
  #engine: Engine | undefined;
  #sample: Sample;
  /** The one that the row shows. */
  #direction = 0;
  #linkTimer: ReturnType<typeof setTimeout> | undefined;
  /** Of each generator that is there. */
  readonly #shares = new Map<string, readonly number[]>();

  constructor(root: HTMLElement) {
    const { sample, problems } = readLink(location.hash);
    this.#sample = sample;
    this.#generator = new GeneratorPanel((generator) => this.#choose(generator), this.#truncation.place);
    this.#actions = new ActionBar({
      another: () => this.#another(),
      back: () => this.#change({ shifts: still }),
      walk: () => this.#setWalking(true),
      stop: () => this.#setWalking(false),
      share: () => void this.#copy(),
    });
    const { alerts, status } = this.#messages;
    const stage = element('div', { class: 'stage' }, this.#actions.place, this.#digit.place, this.#row.place);
    const controls = element('form', { class: 'controls', 'aria-label': 'Latent space' }, this.#directions.place, this.#generator.place);
    controls.addEventListener('submit', (event) => event.preventDefault());
    root.replaceChildren(element('div', { class: 'playground sampler' }, alerts, status, stage, controls));
    this.#listen();
    this.#row.name(this.#direction);
    const failure = this.#open();
    this.#choose(sample.generator);
    if (failure) this.#messages.alert(failure);
    else this.#tellProblems(problems);
    // A page that moves by itself is not for everyone, and a link means one place.
    if (!failure && !location.hash.includes('=') && !matchMedia('(prefers-reduced-motion: reduce)').matches) this.#setWalking(true);
  }

  /** Returns why not. */
  #open(): string | undefined {
    try {
      this.#engine = new Engine((news) => this.#hear(news));
      return undefined;
    } catch (error) {
      return `This browser cannot run module workers, which the page draws in: ${String(error)}`;
    }
  }

  #listen(): void {
    const react = (): void => {
      // Other anchors of the page say nothing of digits.
      if (!location.hash.includes('=')) return;
      const { sample, problems } = readLink(location.hash);
      this.#setWalking(false);
      this.#sample = sample;
      this.#choose(sample.generator);
      this.#tellProblems(problems);
    };
    window.addEventListener('hashchange', react, { signal: this.#abort.signal });
  }

  #tellProblems(problems: readonly string[]): void {
    if (problems.length > 0) this.#messages.alert('The link was not understood in full; the rest is as usual.', ...problems);
  }

  #hear(news: News): void {
    switch (news.type) {
      case 'loaded':
        this.#shares.set(news.generator, news.shares);
        if (news.generator === this.#sample.generator) this.#directions.share(news.shares);
        return this.#messages.say(`${news.generator} draws`);
      case 'picture':
        return this.#see(news);
      case 'failure':
        this.#setWalking(false);
        this.#digit.say('', 'No digit could be drawn');
        return this.#messages.alert(failureInWords(news));
    }
  }

  #see({ of, pixels, milliseconds }: Picture): void {
    if (of === 'row') return this.#row.show(pixels);
    this.#digit.show(pixels);
    if (this.#shares.has(this.#sample.generator)) this.#digit.say(caption(this.#sample, milliseconds, this.#walk.isOn), alternative(this.#sample));
  }

  #choose(generator: string): void {
    this.#messages.alert();
    this.#generator.show(generator);
    const shares = this.#shares.get(generator);
    if (shares) this.#directions.share(shares);
    else {
      this.#digit.say(loading(generator), 'No digit yet');
      this.#messages.say(loading(generator));
    }
    this.#change({ generator });
  }

  #another(): void {
    const seed = randomSeed();
    this.#change({ seed, toward: seed, at: 0, shifts: still });
    this.#messages.say(`The digit of seed ${seed}`);
  }

  #shift(direction: number, value: number): void {
    // On a walk nobody would see what a slider does.
    this.#setWalking(false);
    this.#look(direction);
    this.#change({ shifts: this.#sample.shifts.with(direction, value) });
  }

  #look(direction: number): void {
    if (direction === this.#direction) return;
    this.#direction = direction;
    this.#row.name(direction);
    this.#draw(this.#sample);
  }

  /** By hand: the sliders and the address follow. */
  #change(patch: Partial<Sample>): void {
    this.#draw({ ...this.#sample, ...patch });
    this.#directions.show(this.#sample.shifts);
    this.#truncation.show(this.#sample.truncation);
    this.#writeLinkSoon();
  }

  #draw(sample: Sample): void {
    this.#sample = sample;
    this.#engine?.draw(sample, this.#direction);
  }

  #setWalking(isOn: boolean): void {
    if (isOn === this.#walk.isOn) return;
    if (isOn) this.#walk.start();
    else this.#walk.stop();
    this.#actions.show(isOn);
    if (!isOn) this.#change({});
  }

  #writeLinkSoon(): void {
    clearTimeout(this.#linkTimer);
    this.#linkTimer = setTimeout(() => !this.#walk.isOn && this.#writeLink(), linkDelay);
  }

  #writeLink(): void {
    history.replaceState(history.state, '', `#${writeLink(this.#sample)}`);
  }

  async #copy(): Promise<void> {
    this.#setWalking(false);
    this.#writeLink();
    try {
      await navigator.clipboard.writeText(location.href);
      this.#messages.say('The link was copied');
    } catch {
      this.#messages.alert('The link could not be copied: the browser does not let this page write to the clipboard. The address bar holds it.');
    }
  }

  close(): void {
    this.#abort.abort();
    clearTimeout(this.#linkTimer);
    this.#walk.stop();
    this.#engine?.close();
  }
}

/** Fills `place` with the sampler. Returns what ends it. */
export function mountSampler(place: HTMLElement): () => void {
  place.classList.add('playground-colours');
  const sampler = new Sampler(place);
  return () => sampler.close();
}
