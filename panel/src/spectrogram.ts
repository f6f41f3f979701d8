/** A spectrogram that scrolls: the newest sound comes in at the right. */

import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { bytes, type Spectrum } from "./api";
import type { HomeAssistant } from "./home";
import { shared } from "./styles";
import { text } from "./texts";

const SECONDS = 20;
// The look of the clips' spectrograms: black, blue, violet, orange, white.
const COLORS: [number, number, number][] = [
  [0, 0, 4],
  [40, 30, 110],
  [150, 40, 120],
  [240, 130, 40],
  [252, 255, 220],
];
// A steady sound alone is no brighter than it is loud.
const LEAST_RANGE = 60;

@customElement("audio-guard-spectrogram")
export class Spectrogram extends LitElement {
  @property({ attribute: false }) hass!: HomeAssistant;
  @query("canvas") private readonly canvas!: HTMLCanvasElement;
  private bands = 0;
  private columns = new Uint8Array();

  static override styles = [
    shared,
    css`
      canvas {
        background: rgb(0 0 4);
        border-radius: 8px;
        display: block;
        height: 180px;
        image-rendering: auto;
        width: 100%;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const label = text(this.hass, "spectrogram_label", { seconds: SECONDS });
    return html`<canvas role="img" aria-label=${label}></canvas>`;
  }

  /** Show further columns. */
  add(spectrum: Spectrum): void {
    const length = Math.round(SECONDS / spectrum.seconds) * spectrum.bands;
    if (spectrum.bands !== this.bands || length !== this.columns.length) {
      this.bands = spectrum.bands;
      this.columns = new Uint8Array(length);
    }
    const added = bytes(spectrum.data).subarray(-length);
    this.columns.copyWithin(0, added.length);
    this.columns.set(added, length - added.length);
    this.draw();
  }

  /** Forget another camera's sound. */
  clear(): void {
    this.columns.fill(0);
    this.draw();
  }

  private draw(): void {
    const context = this.canvas?.getContext("2d");
    if (!context || !this.bands) return;
    const [width, height] = [this.columns.length / this.bands, this.bands];
    Object.assign(this.canvas, { width, height });
    const image = context.createImageData(width, height);
    const colors = new Uint32Array(image.data.buffer);
    const palette = this.palette();
    this.columns.forEach((value, index) => {
      const [column, band] = [Math.floor(index / height), index % height];
      colors[(height - 1 - band) * width + column] = palette[value] ?? 0;
    });
    context.putImageData(image, 0, 0);
  }

  /** A color per level, from what is always there to the loudest. */
  private palette(): Uint32Array {
    const sounding = this.columns.filter((value) => value > 0).sort();
    const quiet = sounding[Math.floor(0.3 * sounding.length)] ?? 0;
    const range = Math.max((sounding.at(-1) ?? 0) - quiet, LEAST_RANGE);
    return Uint32Array.from({ length: 256 }, (_, value) => color((value - quiet) / range));
  }
}

/** The color of a share from 0 to 1, as a canvas keeps it. */
function color(share: number): number {
  const place = Math.min(1, Math.max(0, share)) * (COLORS.length - 1);
  const below = Math.min(Math.floor(place), COLORS.length - 2);
  const [from, to] = [COLORS[below], COLORS[below + 1]];
  if (!from || !to) return 0;
  const [red, green, blue] = from.map((channel, index) =>
    Math.round(channel + (place - below) * ((to[index] ?? 0) - channel)),
  ) as [number, number, number];
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
