/** Scores over time, a line per class. */

import { css, html, LitElement, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import uPlot from "uplot";
import uPlotStyle from "uplot/dist/uPlot.min.css?inline";
import type { HomeAssistant } from "./home";
import { shared } from "./styles";
import { decimal, text } from "./texts";

export interface Line {
  name: string;
  color: string;
  values: number[];
}

const HEIGHT = 200;

@customElement("audio-guard-chart")
export class ScoreChart extends LitElement {
  @property({ attribute: false }) hass!: HomeAssistant;
  @property({ attribute: false }) times: number[] = [];
  @property({ attribute: false }) lines: Line[] = [];
  /** What the horizontal axis reaches to. */
  @property({ type: Number }) seconds = 0;
  @property({ type: Boolean }) dark = false;
  @query("#plot") private readonly place!: HTMLElement;
  private plot?: uPlot | undefined;
  private readonly resized = new ResizeObserver(() => this.fit());

  static override styles = [
    unsafeCSS(uPlotStyle),
    shared,
    css`
      .uplot {
        font-family: inherit;
      }
      .u-legend {
        text-align: start;
      }
      .u-legend th {
        font-weight: normal;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  protected override render(): TemplateResult {
    const peaks = this.lines
      .map(({ name, values }) => ({ name, peak: Math.max(0, ...values) }))
      .sort((one, other) => other.peak - one.peak)
      .slice(0, 3)
      .map(({ name: sound, peak }) =>
        text(this.hass, "peak", { sound, score: decimal(this.hass, peak, 2) }),
      );
    const label = text(this.hass, "clip_scores", { peaks: peaks.join(", ") });
    return html`
      <div role="img" aria-label=${label}><div id="plot" aria-hidden="true"></div></div>
    `;
  }

  protected override updated(changed: PropertyValues<this>): void {
    // Not with every `hass`, which comes many times a second.
    if (changed.has("times") || changed.has("lines") || changed.has("dark")) {
      this.plot?.destroy();
      this.plot = new uPlot(this.options(), this.data(), this.place);
    }
  }

  private data(): uPlot.AlignedData {
    return [this.times, ...this.lines.map(({ values }) => values)];
  }

  private options(): uPlot.Options {
    const style = getComputedStyle(this);
    const color = (name: string, otherwise: string) =>
      style.getPropertyValue(name).trim() || otherwise;
    const font = `12px ${style.fontFamily}`;
    const axis = {
      font,
      labelFont: font,
      stroke: color("--secondary-text-color", "#727272"),
      grid: { stroke: color("--divider-color", "#e0e0e0"), width: 1 },
      ticks: { show: false },
    };
    return {
      width: this.clientWidth,
      height: HEIGHT,
      cursor: { drag: { x: false, y: false } },
      scales: { x: { time: false, range: [0, this.seconds] }, y: { range: [0, 1] } },
      axes: [
        { ...axis, label: text(this.hass, "seconds_axis"), labelSize: 20, size: 32 },
        { ...axis, size: 40 },
      ],
      series: [
        { label: text(this.hass, "seconds_axis") },
        ...this.lines.map(({ name, color: stroke }) => ({
          label: name,
          stroke,
          width: 2,
          points: { show: false },
        })),
      ],
    };
  }

  private fit(): void {
    this.plot?.setSize({ width: this.clientWidth, height: HEIGHT });
  }
}
