/** One clip: its spectrogram, its sound, what was heard in it and the scores over time. */

import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "./chart";
import { type Camera, type ClipDetail, getClip } from "./api";
import type { ChartData } from "./chart";
import { className, errorText, type HomeAssistant } from "./home";
import { classColor, shared } from "./styles";
import { decimal, moment, text } from "./texts";

// What stays below was not heard at all, and would only fill the chart.
const LEAST_PEAK = 0.1;

@customElement("audio-guard-clip")
export class ClipView extends LitElement {
  @property({ attribute: false }) hass!: HomeAssistant;
  @property({ attribute: false }) camera!: Camera;
  @property({ attribute: false }) name!: string;
  @state() private clip: ClipDetail | undefined;
  @state() private error = "";
  private chart: ChartData | undefined;

  static override styles = [
    shared,
    css`
      :host {
        align-self: start;
        display: grid;
        gap: 12px;
        min-width: 0;
      }
      h2,
      p {
        margin: 0;
      }
      img {
        background: rgb(0 0 4);
        border-radius: 8px;
        height: 200px;
        width: 100%;
      }
      audio {
        width: 100%;
      }
      ul {
        margin: 0;
        padding-inline-start: 20px;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("name")) {
      this.clip = undefined;
      void this.load();
    }
  }

  protected override render(): TemplateResult {
    const { hass, clip } = this;
    if (!clip) {
      return html`${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}`;
    }
    const { detections, gain_db: gain } = clip.notes;
    return html`
      <h2>
        ${text(hass, "clip_heard", {
          sound: className(hass, clip.label),
          time: moment(hass, clip.heard_at),
        })}
      </h2>
      <img src=${hass.hassUrl(clip.picture)} alt=${text(hass, "clip_picture")} />
      <audio controls src=${hass.hassUrl(clip.sound)} aria-label=${text(hass, "clip_sound")}></audio>
      ${
        gain > 0
          ? html`<p class="quiet">${text(hass, "gain", { gain: decimal(hass, gain, 0) })}</p>`
          : nothing
      }
      <audio-guard-chart .data=${this.chart} .dark=${hass.themes.darkMode}></audio-guard-chart>
      <div>
        ${text(hass, "detections")}
        <ul>
          ${detections.map(
            (each) => html`
              <li>
                ${className(hass, each.class)} ${decimal(hass, each.score, 2)} ·
                ${text(hass, "seconds", { seconds: decimal(hass, each.time, 1) })}
              </li>
            `,
          )}
        </ul>
      </div>
    `;
  }

  private async load(): Promise<void> {
    const { camera, name } = this;
    this.error = "";
    try {
      const clip = await getClip(this.hass, camera.entry_id, name);
      if (name !== this.name) return;
      this.chart = this.scores(clip);
      this.clip = clip;
    } catch (error) {
      this.error = text(this.hass, "failed", { error: errorText(error) });
    }
  }

  /** The scores of what was heard at all. */
  private scores(clip: ClipDetail): ChartData {
    const { hass } = this;
    const { times = [], ...scores } = clip.notes.scores;
    const lines = this.camera.classes.flatMap(({ label }, index) => {
      const values = scores[label] ?? [];
      const line = { name: className(hass, label), color: classColor(index), values };
      return peak(values) < LEAST_PEAK ? [] : line;
    });
    const peaks = lines.map(({ name: sound, values }) =>
      text(hass, "peak", { sound, score: decimal(hass, peak(values), 2) }),
    );
    return {
      summary: text(hass, "clip_scores", { peaks: peaks.join(", ") }),
      axis: text(hass, "seconds_axis"),
      values: times,
      range: [0, clip.notes.seconds],
      top: 1,
      lines,
      marks: [],
    };
  }
}

function peak(scores: number[]): number {
  return Math.max(0, ...scores);
}
