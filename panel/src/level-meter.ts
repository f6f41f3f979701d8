/** How loud a camera is now. */

import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";
import type { HomeAssistant } from "./home";
import { shared } from "./styles";
import { decimal, text } from "./texts";

// A quiet room's microphone is at about -70 dBFS.
const LEAST_DBFS = -80;

@customElement("audio-guard-level")
export class LevelMeter extends LitElement {
  @property({ attribute: false }) hass!: HomeAssistant;
  @property({ type: Number }) level?: number | undefined;

  static override styles = [
    shared,
    css`
      :host {
        align-items: center;
        display: grid;
        gap: 12px;
        grid-template-columns: auto 1fr 76px;
      }
      .track {
        background: var(--secondary-background-color, #e5e5e5);
        border-radius: 4px;
        height: 8px;
        overflow: hidden;
      }
      .fill {
        background: var(--success-color, #43a047);
        height: 100%;
        transition: width 0.3s linear;
      }
      .value {
        font-variant-numeric: tabular-nums;
        text-align: end;
      }
      @media (prefers-reduced-motion: reduce) {
        .fill {
          transition: none;
        }
      }
    `,
  ];

  protected override render(): TemplateResult {
    const level = this.level ?? LEAST_DBFS;
    const share = Math.min(1, Math.max(0, 1 - level / LEAST_DBFS));
    const shown = this.level === undefined ? "–" : `${decimal(this.hass, level, 0)} dBFS`;
    return html`
      <span>${text(this.hass, "level")}</span>
      <div class="track">
        <div
          class="fill"
          role="meter"
          aria-label=${text(this.hass, "level")}
          aria-valuemin=${LEAST_DBFS}
          aria-valuemax="0"
          aria-valuenow=${Math.max(level, LEAST_DBFS)}
          aria-valuetext=${shown}
          style=${styleMap({ width: `${100 * share}%` })}
        ></div>
      </div>
      <span class="value">${shown}</span>
    `;
  }
}
