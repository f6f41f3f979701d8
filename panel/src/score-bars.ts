/** A bar per class: its score now, and its threshold as a line that can be dragged. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { classMap } from "lit/directives/class-map.js";
import { styleMap } from "lit/directives/style-map.js";
import type { CameraClass } from "./api";
import {
  className,
  errorText,
  type HomeAssistant,
  LEAST_THRESHOLD,
  numberOf,
  setThreshold,
} from "./home";
import { shared } from "./styles";
import { decimal, text } from "./texts";

@customElement("audio-guard-bars")
export class ScoreBars extends LitElement {
  @property({ attribute: false }) hass!: HomeAssistant;
  @property({ attribute: false }) classes: CameraClass[] = [];
  @property({ attribute: false }) scores?: Record<string, number> | undefined;
  @state() private error = "";

  static override styles = [
    shared,
    css`
      .row {
        align-items: center;
        display: grid;
        gap: 4px 12px;
        grid-template-columns: minmax(90px, 24%) 1fr 84px;
        min-height: 40px;
      }
      .name {
        overflow-wrap: anywhere;
      }
      .heard .name {
        font-weight: 500;
      }
      .track {
        background: var(--secondary-background-color, #e5e5e5);
        border-radius: 8px;
        height: 16px;
        position: relative;
      }
      .fill {
        background: var(--primary-color);
        border-radius: 8px;
        height: 100%;
        transition: width 0.3s linear;
      }
      .heard .fill {
        background: var(--error-color, #db4437);
      }
      @media (prefers-reduced-motion: reduce) {
        .fill {
          transition: none;
        }
      }
      /* As much wider than the bar as its thumb is, so that the thumb's middle stands at the threshold. */
      input[type="range"] {
        appearance: none;
        background: none;
        cursor: ew-resize;
        height: 32px;
        left: -12px;
        margin: 0;
        position: absolute;
        top: -8px;
        width: calc(100% + 24px);
      }
      input::-webkit-slider-thumb {
        appearance: none;
        background: linear-gradient(var(--primary-text-color), var(--primary-text-color)) center / 3px
          100% no-repeat;
        height: 28px;
        width: 24px;
      }
      input::-moz-range-thumb {
        background: linear-gradient(var(--primary-text-color), var(--primary-text-color)) center / 3px
          100% no-repeat;
        border: 0;
        height: 28px;
        width: 24px;
      }
      input[type="number"] {
        background: none;
        border: 1px solid var(--divider-color, #e0e0e0);
        border-radius: 6px;
        box-sizing: border-box;
        color: inherit;
        font: inherit;
        min-height: 32px;
        padding: 2px 6px;
        width: 100%;
      }
      @media (max-width: 480px) {
        .row {
          grid-template-columns: 1fr 84px;
          padding-bottom: 8px;
        }
        .track {
          grid-row: 2;
          grid-column: 1 / 3;
        }
      }
    `,
  ];

  protected override render(): TemplateResult {
    return html`
      ${this.classes.map((each) => this.row(each))}
      ${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}
    `;
  }

  private row({ label, sensor_entity, threshold_entity }: CameraClass): TemplateResult {
    const { hass } = this;
    const sound = className(hass, label);
    const score = this.scores?.[label] ?? 0;
    const threshold = numberOf(hass, threshold_entity);
    const heard = sensor_entity !== null && hass.states[sensor_entity]?.state === "on";
    return html`
      <div class=${classMap({ row: true, heard })}>
        <div class="name">${sound}</div>
        <div class="track">
          <div
            class="fill"
            role="meter"
            aria-label=${text(hass, "score", { sound })}
            aria-valuemin="0"
            aria-valuemax="1"
            aria-valuenow=${score}
            aria-valuetext=${decimal(hass, score, 2)}
            style=${styleMap({ width: `${100 * score}%` })}
          ></div>
          ${
            threshold_entity === null || threshold === undefined
              ? nothing
              : html`<input
                type="range"
                min="0"
                max="1"
                step="0.005"
                aria-label=${text(hass, "threshold", { sound })}
                aria-valuetext=${decimal(hass, threshold, 3)}
                .value=${String(threshold)}
                @change=${(event: Event) => this.set(threshold_entity, event)}
              />`
          }
        </div>
        ${
          threshold_entity === null || threshold === undefined
            ? html`<div></div>`
            : html`<input
              type="number"
              min=${LEAST_THRESHOLD}
              max="1"
              step="0.005"
              aria-label=${text(hass, "threshold", { sound })}
              .value=${String(threshold)}
              @change=${(event: Event) => this.set(threshold_entity, event)}
            />`
        }
      </div>
    `;
  }

  /** Use another threshold; what can't be used is put back. */
  private async set(entityId: string, event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    this.error = "";
    try {
      await setThreshold(this.hass, entityId, input.valueAsNumber);
    } catch (error) {
      this.error = text(this.hass, "failed", { error: errorText(error) });
    }
    input.value = String(numberOf(this.hass, entityId) ?? "");
  }
}
