import './view/colours.css';
import './view/page.css';
import './view/controls.css';
import './view/picture.css';
import { Engine } from './engine/client.ts';
import type { Backend, Frame, News } from './engine/protocol.ts';
import { snippet } from './gan/snippet.ts';
import { Picture } from './picture.ts';
import { readLink, writeLink } from './settings/link.ts';
import { canGoOn, changed, type Settings } from './settings/settings.ts';
import { failureInWords } from './words/failures.ts';
import { ComputeMenu } from './view/compute.ts';
import { Controls } from './view/controls.ts';
import { layout } from './view/layout.ts';
import { Messages } from './view/messages.ts';
import { CaptionPanel, SnippetPanel } from './view/panels.ts';
import { Pencil } from './view/pencil.ts';
import { TransportBar } from './view/transport.ts';

/** Steps that the program to copy makes when the run here has made fewer. */
const leastSteps = 2000;

/** The page: knows the settings, gives the engine orders, and shows what comes back. */
class Playground {
  readonly #abort = new AbortController();
  readonly #picture: Picture;
  readonly #messages = new Messages();
  readonly #controls = new Controls((patch) => this.#change(patch));
  readonly #captions = new CaptionPanel();
  readonly #snippet = new SnippetPanel(
    () => snippet(this.#settings, Math.max(leastSteps, this.#step)),
    (text) => void this.#copy(text, 'The program'),
  );
  readonly #compute = new ComputeMenu((backend) => this.#open(backend));
  readonly #transport: TransportBar;
  readonly #pencil: Pencil;
  #settings: Settings;
  #engine: Engine | undefined;
  #backend: Backend = 'wasm';
  #speed: number | null = null;
  #step = 0;
  #isPlaying = false;
  /** Out of sight, a run that plays waits. */
  #isHidden = document.hidden;

  constructor(root: HTMLElement) {
    const { settings, problems } = readLink(location.hash);
    this.#settings = settings;
    this.#picture = new Picture(root, settings, (at) => this.#engine?.look(at));
    const step = (): void => this.#stepOnce();
    const limit = (speed: number | null): void => this.#engine?.limit((this.#speed = speed));
    const share = (): void => void this.#copy(this.#address(), 'The link');
    this.#transport = new TransportBar({
      play: () => (this.#pencil.isActive ? this.#pencil.finish() : this.#play(true)),
      pause: () => this.#play(false),
      step,
      reset: () => this.#reset(),
      limit,
      share,
    });
    this.#pencil = new Pencil(this.#picture.plane, {
      begin: () => this.#play(false),
      draw: (points, cursor) => this.#picture.showDrawing(points, cursor),
      finish: (drawing) => this.#drawn(drawing),
      say: (words) => this.#messages.say(words),
    });
    const { plane, curves, legend, readouts, summary } = this.#picture;
    const { alerts, status } = this.#messages;
    root.replaceChildren(
      layout({
        alerts,
        status,
        summary,
        canvas: plane.canvas,
        transport: this.#transport.place,
        legend: legend.place,
        pencil: this.#pencil.place,
        readouts: readouts.place,
        curves: curves.place,
        captions: this.#captions.place,
        controls: this.#controls.place,
        backend: this.#compute.place,
        snippet: this.#snippet.place,
      }),
    );
    this.#listen();
    // A page that moves by itself is not for everyone.
    this.#isPlaying = !matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#open('wasm');
    this.#tellProblems(problems);
  }

  #listen(): void {
    const { signal } = this.#abort;
    document.addEventListener(
      'visibilitychange',
      () => {
        this.#isHidden = document.hidden;
        this.#play(this.#isPlaying);
      },
      { signal },
    );
    window.addEventListener(
      'hashchange',
      () => {
        // Other anchors of the page say nothing of settings.
        if (!location.hash.includes('=')) return;
        const { settings, problems } = readLink(location.hash);
        this.#take(settings);
        this.#tellProblems(problems);
      },
      { signal },
    );
  }

  #tellProblems(problems: readonly string[]): void {
    if (problems.length > 0) this.#messages.alert('The link was not understood in full; the rest is as usual.', ...problems);
  }

  #open(backend: Backend): void {
    this.#engine?.close();
    this.#backend = backend;
    this.#messages.say('Loading TensorFlow.js');
    try {
      this.#engine = new Engine(backend, (news) => this.#hear(news));
    } catch (error) {
      this.#engine = undefined;
      return this.#messages.alert(`This browser cannot run module workers, which the playground trains in: ${String(error)}`);
    }
    this.#engine.limit(this.#speed);
    this.#engine.look(this.#picture.legend.shown);
    this.#take(this.#settings);
  }

  #hear(news: News): void {
    switch (news.type) {
      case 'ready':
        this.#messages.say('Ready');
        return this.#compute.show(news.backend, news.hasWebgpu);
      case 'data':
        return this.#picture.showData(news.points);
      case 'frame':
        return this.#see(news);
      case 'failure':
        this.#play(false);
        return this.#messages.alert(failureInWords(news, this.#settings, this.#backend));
    }
  }

  #see(frame: Frame): void {
    this.#step = frame.step;
    if (!this.#pencil.isActive) this.#picture.show(frame, this.#isPlaying);
  }

  /** One setting by hand. */
  #change(patch: Partial<Settings>): void {
    const settings = changed(this.#settings, patch);
    if (canGoOn(this.#settings, settings)) {
      this.#settings = settings;
      this.#engine?.tune(settings);
      this.#tellSettings();
    } else {
      this.#take(settings);
    }
    history.replaceState(history.state, '', `#${writeLink(settings)}`);
  }

  /** A new run with these settings; where there is nothing to learn yet, drawing comes first. */
  #take(settings: Settings): void {
    this.#settings = settings;
    this.#step = 0;
    this.#messages.alert();
    this.#pencil.end();
    this.#picture.clear(settings);
    this.#tellSettings();
    if (settings.data === 'drawn' && settings.drawing.length === 0) return this.#pencil.begin([]);
    this.#engine?.start(settings);
    this.#play(this.#isPlaying);
  }

  #tellSettings(): void {
    this.#controls.show(this.#settings);
    this.#captions.show(this.#settings);
    this.#snippet.refresh();
    this.#pencil.show(this.#settings.data === 'drawn', this.#settings.drawing);
  }

  #drawn(drawing: Settings['drawing']): void {
    this.#isPlaying = true;
    this.#take({ ...this.#settings, drawing });
    history.replaceState(history.state, '', `#${writeLink(this.#settings)}`);
    this.#messages.say(`Training on ${drawing.length} points`);
  }

  #play(isPlaying: boolean): void {
    this.#isPlaying = isPlaying;
    this.#transport.show(isPlaying);
    if (isPlaying && !this.#isHidden) this.#engine?.play();
    else this.#engine?.pause();
  }

  #stepOnce(): void {
    if (this.#pencil.isActive) return this.#pencil.finish();
    this.#isPlaying = false;
    this.#transport.show(false);
    this.#engine?.step();
  }

  #reset(): void {
    this.#isPlaying = false;
    this.#take(this.#settings);
    this.#messages.say('Back at step 0');
  }

  #address(): string {
    return `${location.href.split('#')[0]}#${writeLink(this.#settings)}`;
  }

  async #copy(text: string, what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.#messages.say(`${what} was copied`);
    } catch {
      this.#messages.alert(
        `${what} could not be copied: the browser does not let this page write to the clipboard. The address bar holds the link; the program can be selected.`,
      );
    }
  }

  close(): void {
    this.#abort.abort();
    this.#engine?.close();
    this.#picture.close();
  }
}

/** Fills `place` with the playground. Returns what ends it. */
export function mountPlayground(place: HTMLElement): () => void {
  place.classList.add('playground-colours');
  const playground = new Playground(place);
  return () => playground.close();
}
