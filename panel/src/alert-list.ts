/** The alerts that a threshold would have had, to be played where there is a clip. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Alert, type Alerts, type Camera, getClip } from "./api";
import { className, errorText, type HomeAssistant } from "./home";
import { clipsPath } from "./paths";
import { shared } from "./styles";
import { decimal, moment, text } from "./texts";

@customElement("audio-guard-alerts")
export class AlertList extends LitElement {
  @property({ attribute: false }) hass!: HomeAssistant;
  @property({ attribute: false }) camera!: Camera;
  @property({ attribute: false }) label = "";
  @property({ attribute: false }) alerts!: Alerts;
  @state() private sound = "";
  @state() private error = "";

  static override styles = [
    shared,
    css`
      ul {
        list-style: none;
        margin: 0;
        max-height: 420px;
        overflow-y: auto;
        padding: 0;
      }
      li {
        align-items: center;
        display: flex;
        gap: 8px;
        min-height: 40px;
      }
      li button {
        background: none;
        border: 1px solid var(--divider-color, #e0e0e0);
        border-radius: 50%;
        color: var(--primary-color);
        flex: none;
        height: 32px;
        padding: 0;
        width: 32px;
      }
      .none {
        flex: none;
        width: 32px;
      }
      audio {
        width: 100%;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { hass, alerts } = this;
    const { length: shown } = alerts.alerts;
    return html`
      <h2>${text(hass, "alerts")}</h2>
      ${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}
      ${
        this.sound
          ? html`<audio
            controls
            autoplay
            src=${hass.hassUrl(this.sound)}
            aria-label=${text(hass, "clip_sound")}
          ></audio>`
          : nothing
      }
      ${alerts.total === 0 ? html`<p>${text(hass, "no_alerts")}</p>` : nothing}
      ${alerts.total === null ? html`<p>${text(hass, "too_many_alerts")}</p>` : nothing}
      <ul>
        ${alerts.alerts.map((alert) => this.item(alert))}
      </ul>
      ${
        alerts.total !== null && shown < alerts.total
          ? html`<p class="quiet">
            ${text(hass, "alerts_listed", { shown, total: alerts.total })}
          </p>`
          : nothing
      }
    `;
  }

  private item({ start, peak, clip, mark, quiet }: Alert): TemplateResult {
    const { hass } = this;
    const time = moment(hass, start);
    const sound = className(hass, this.label);
    return html`
      <li>
        ${
          clip
            ? html`<button
              aria-label=${text(hass, "play", { sound, time })}
              @click=${() => this.play(clip)}
            >
              ▶
            </button>`
            : html`<span class="none"></span>`
        }
        <span>
          ${clip ? html`<a href=${clipsPath(this.camera.entry_id, clip)}>${time}</a>` : time}
          · ${decimal(hass, peak, 2)}
          ${mark ? html`· ${text(hass, `marked_${mark}`)}` : nothing}
          ${quiet ? html`<span class="quiet">· ${text(hass, "in_quiet_hours")}</span>` : nothing}
        </span>
      </li>
    `;
  }

  private async play(clip: string): Promise<void> {
    this.error = "";
    try {
      this.sound = (await getClip(this.hass, this.camera.entry_id, clip)).sound;
    } catch (error) {
      this.error = text(this.hass, "failed", { error: errorText(error) });
    }
  }
}
