/** Lines over a common axis, drawn by uPlot in the theme's colors. */

import { css, html, LitElement, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import uPlot from "uplot";
import uPlotStyle from "uplot/dist/uPlot.min.css?inline";
import { shared } from "./styles";

export interface Line {
  name: string;
  color: string;
  /** One per value of the axis; where there is none, the line goes straight on. */
  values: (number | null)[];
  /** Show the values as dots, and no line. */
  dots?: boolean;
}

/** A value of the axis that a line across the chart shows. */
export interface Mark {
  at: number;
  color: string;
  dashed?: boolean;
}

export interface ChartData {
  /** What the chart shows, in words, for who does not see it. */
  summary: string;
  axis: string;
  values: number[];
  range: [number, number];
  /** What the lines reach to at least. */
  top: number;
  lines: Line[];
  marks: Mark[];
}

const HEIGHT = 200;

@customElement("audio-guard-chart")
export class Chart extends LitElement {
  /** Drawn anew when it is another object. */
  @property({ attribute: false }) data!: ChartData;
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
    return html`
      <div role="img" aria-label=${this.data.summary}>
        <div id="plot" aria-hidden="true"></div>
      </div>
    `;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("data") || changed.has("dark")) {
      this.plot?.destroy();
      const { values, lines } = this.data;
      const columns: uPlot.AlignedData = [values, ...lines.map((line) => line.values)];
      this.plot = new uPlot(this.options(), columns, this.place);
    }
  }

  private options(): uPlot.Options {
    const { axis: label, range, top, lines } = this.data;
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
      scales: {
        x: { time: false, range },
        y: { range: (_, _least, most) => [0, Math.max(most ?? 0, top)] },
      },
      axes: [
        { ...axis, label, labelSize: 20, size: 32 },
        { ...axis, size: 40 },
      ],
      series: [
        { label },
        ...lines.map(({ name, color: stroke, dots = false }) => ({
          label: name,
          stroke,
          width: dots ? 0 : 2,
          spanGaps: !dots,
          points: { show: dots, size: 9, fill: stroke },
        })),
      ],
      hooks: { draw: [(plot) => this.drawMarks(plot)] },
    };
  }

  private drawMarks(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    for (const { at, color, dashed } of this.data.marks) {
      const x = plot.valToPos(at, "x", true);
      ctx.beginPath();
      ctx.strokeStyle = color;
      ctx.lineWidth = 2 * uPlot.pxRatio;
      ctx.setLineDash(dashed ? [6 * uPlot.pxRatio, 4 * uPlot.pxRatio] : []);
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }

  private fit(): void {
    this.plot?.setSize({ width: this.clientWidth, height: HEIGHT });
  }
}
