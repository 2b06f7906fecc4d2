/**
 * One chart on the screen. uPlot gives axes, scales and the drag selection; the lines are drawn by drawScene, since
 * every run brings its own x values and uPlot wants one x for all.
 */
import uPlot from 'uplot';
import { formatMetric, isInBytes } from '../../../src/series/formatMetric.ts';
import { formatNumber, formatSeconds } from '../../../src/series/formatNumber.ts';
import type { Range } from '../../../src/series/domains.ts';
import { element } from '../dom.ts';
import type { Theme } from '../theme.ts';
import { drawScene } from './drawScene.ts';
import type { Scene, Zoom } from './scene.ts';

export interface PlotEvents {
  /** The person dragged a box. */
  onZoom(zoom: Zoom): void;
  /** Double click: show everything again. */
  onFit(): void;
  /** The pointer is over x and y of the axes, at these client coordinates; undefined when it left. */
  onHover(at: { x: number; y: number; clientX: number; clientY: number } | undefined): void;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- uPlot's enum exists in its types only
const logarithmic = { distr: 3 } as Pick<uPlot.Scale, 'distr'>;

const powers = Array.from({ length: 25 }, (_, i) => 10 ** (i - 9));
const fineSteps = powers.flatMap(power => [power, 2 * power, 5 * power]);
const wholeSteps = fineSteps.filter(step => step >= 1);

/** Steps are whole numbers nearly always: a label at 2.5 would say nothing, unless somebody zoomed in that far. */
function stepIncrements(span: number): number[] {
  return span >= 2 ? wholeSteps : fineSteps;
}

const timeSteps = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
  ...[60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800],
];

export class Plot {
  readonly #host: HTMLElement;
  readonly #events: PlotEvents;
  readonly #leastAxisWidth: number;
  readonly #crosshair = element('div', { class: 'crosshair', hidden: true });
  #uplot: uPlot | undefined;
  #scene: Scene;
  #theme: Theme;
  #width: number;
  #height: number;

  /** @param leastAxisWidth Charts below each other share it, so that their x axes stand in line. */
  constructor(host: HTMLElement, scene: Scene, theme: Theme, events: PlotEvents, leastAxisWidth = 0) {
    this.#host = host;
    this.#leastAxisWidth = leastAxisWidth;
    this.#events = events;
    this.#scene = scene;
    this.#theme = theme;
    this.#width = host.clientWidth;
    this.#height = host.clientHeight;
    this.#create();
  }

  /** Draws `scene` now. */
  show(scene: Scene, theme: Theme): void {
    const before = this.#scene;
    const sameAxes =
      before.xAxis === scene.xAxis &&
      before.log === scene.log &&
      before.metric === scene.metric &&
      hasWords(before) === hasWords(scene) &&
      this.#theme === theme;
    this.#scene = scene;
    this.#theme = theme;
    if (!sameAxes) this.#create();
    else this.#uplot?.setData(corners(scene), true);
  }

  /** Fits the chart into its host again. */
  resize(): void {
    const { clientWidth, clientHeight } = this.#host;
    if (clientWidth === this.#width && clientHeight === this.#height) return;
    this.#width = clientWidth;
    this.#height = clientHeight;
    this.#uplot?.setSize({ width: clientWidth, height: clientHeight });
  }

  /** Width of the plotting area in device pixels: what data are to be reduced to. */
  get pixelWidth(): number {
    return Math.max(1, Math.round((this.#uplot?.bbox.width ?? this.#width) || 1));
  }

  /** Shows the line that all charts share, or takes it away. */
  setCrosshair(x: number | undefined): void {
    const [from, to] = this.#scene.x;
    const visible = x !== undefined && x >= from && x <= to;
    this.#crosshair.hidden = !visible;
    if (visible && this.#uplot !== undefined)
      this.#crosshair.style.transform = `translateX(${Math.round(this.#uplot.valToPos(x, 'x'))}px)`;
  }

  /** Where x lies on the screen, for a tooltip that the keyboard asked for. */
  clientPosition(x: number): { clientX: number; clientY: number } {
    const box = this.#uplot?.over.getBoundingClientRect();
    return {
      clientX: (box?.left ?? 0) + (this.#uplot?.valToPos(x, 'x') ?? 0),
      clientY: (box?.top ?? 0) + (box?.height ?? 0) / 4,
    };
  }

  get canvas(): HTMLCanvasElement | undefined {
    return this.#uplot?.ctx.canvas;
  }

  destroy(): void {
    this.#uplot?.destroy();
    this.#uplot = undefined;
  }

  #create(): void {
    this.#uplot?.destroy();
    this.#uplot = new uPlot(this.#options(), corners(this.#scene), this.#host);
    this.#uplot.over.append(this.#crosshair);
    this.#crosshair.hidden = true;
  }

  #options(): uPlot.Options {
    const { xAxis, log, metric } = this.#scene;
    const theme = this.#theme;
    const axis = {
      stroke: theme.faint,
      font: theme.font,
      grid: { stroke: theme.grid, width: 1 },
      ticks: { show: false },
    };
    return {
      width: Math.max(40, this.#width),
      height: Math.max(40, this.#height),
      padding: [hasWords(this.#scene) ? 22 : 8, 12, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: xAxis === 'wall', range: () => [...this.#scene.x] },
        y: { ...(log ? logarithmic : {}), range: () => [...this.#scene.y] },
      },
      series: [{}, { scale: 'y', paths: () => null, points: { show: false } }],
      axes: [
        {
          ...axis,
          size: 26,
          gap: 4,
          ...xLabels(xAxis),
        },
        {
          ...axis,
          gap: 4,
          size: (self, values) => Math.max(this.#leastAxisWidth, axisWidth(self, values, theme.font)),
          grid: { ...axis.grid, ...(log ? { filter: wholeDecades } : {}) },
          ...(metric !== undefined && isInBytes(metric) && !log ? { incrs: binarySteps } : {}),
          values: (_: uPlot, splits: (number | null)[]) => splits.map(value => this.#yLabel(value)),
        },
      ],
      cursor: {
        x: false,
        y: false,
        points: { show: false },
        drag: { x: true, y: true, uni: 16, dist: 4, setScale: false },
        bind: {
          dblclick: () => () => {
            this.#events.onFit();
            return null;
          },
        },
      },
      hooks: {
        draw: [self => this.#draw(self)],
        setCursor: [self => this.#hover(self)],
        setSelect: [self => this.#select(self)],
      },
    };
  }

  #yLabel(value: number | null): string {
    if (value === null) return '';
    const { zeroAt, metric } = this.#scene;
    return zeroAt !== undefined && value <= zeroAt * 1.001 ? '0' : formatMetric(metric, value, 6);
  }

  #draw(self: uPlot): void {
    const { left, top, width, height } = self.bbox;
    drawScene(
      {
        context: self.ctx,
        left,
        top,
        width,
        height,
        ratio: devicePixelRatio,
        toX: value => self.valToPos(value, 'x', true),
        toY: value => self.valToPos(value, 'y', true),
      },
      this.#scene,
      this.#theme,
    );
  }

  #hover(self: uPlot): void {
    const { left = -1, top = -1 } = self.cursor;
    if (left < 0 || top < 0) {
      this.#events.onHover(undefined);
      return;
    }
    const box = self.over.getBoundingClientRect();
    this.#events.onHover({
      x: self.posToVal(left, 'x'),
      y: self.posToVal(top, 'y'),
      clientX: box.left + left,
      clientY: box.top + top,
    });
  }

  #select(self: uPlot): void {
    const { left, top, width, height } = self.select;
    if (width < 1 || height < 1) return;
    const range = (from: number, to: number, scale: string): Range => {
      const [a, b] = [self.posToVal(from, scale), self.posToVal(to, scale)];
      return [Math.min(a, b), Math.max(a, b)];
    };
    const wholeHeight = height >= self.over.clientHeight - 1;
    const wholeWidth = width >= self.over.clientWidth - 1;
    self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#events.onZoom({
      x: wholeWidth ? this.#scene.x : range(left, left + width, 'x'),
      ...(wholeHeight ? {} : { y: range(top, top + height, 'y') }),
    });
  }
}

/** Bytes are counted in powers of two: 512 KiB, 1 MiB. */
const binarySteps = Array.from({ length: 60 }, (_, power) => 2 ** power);

/** The words of flags stand above the plotting area, where no curve runs through them. */
function hasWords({ flags }: Scene): boolean {
  return flags.some(({ label }) => label !== '');
}

function xLabels(xAxis: Scene['xAxis']): Pick<uPlot.Axis, 'incrs' | 'values'> {
  switch (xAxis) {
    case 'relative':
      return { incrs: timeSteps, values: (_, splits) => splits.map(formatSeconds) };
    case 'step':
      return {
        incrs: (_, _axis, from, to) => stepIncrements(to - from),
        values: (_, splits) => splits.map(value => formatNumber(value)),
      };
    case 'wall':
      return {};
  }
}

/** uPlot's own data: the corners of the scene, so that its scales and axes exist; the lines come from the scene. */
function corners(scene: Scene): uPlot.AlignedData {
  return [
    [scene.x[0], scene.x[1]],
    [scene.y[0], scene.y[1]],
  ];
}

/** A logarithmic grid with a line at every decade, not at each of its nine parts. */
function wholeDecades(_: uPlot, splits: number[]): (number | null)[] {
  return splits.map(value => (Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6) ? value : null));
}

function axisWidth(self: uPlot, values: readonly (string | null)[] | null, font: string): number {
  if (values === null) return 40;
  const { ctx } = self;
  ctx.save();
  ctx.font = font;
  const widest = Math.max(0, ...values.map(value => ctx.measureText(value ?? '').width));
  ctx.restore();
  return Math.min(96, Math.ceil(widest) + 12);
}
