/** How a camera is heard, in one line; the reason if it is a bad one. */

import { html, nothing, type TemplateResult } from "lit";
import { NOT_LOADED, type Status } from "./api";
import { type HomeAssistant, stateName } from "./home";
import { decimal, text } from "./texts";

export function statusLine(hass: HomeAssistant, status: Status): TemplateResult {
  const name =
    status.state === NOT_LOADED ? text(hass, "not_loaded") : stateName(hass, status.state);
  const color = status.hears ? "var(--success-color, #43a047)" : "var(--error-color, #db4437)";
  const stream =
    status.codec && status.sample_rate
      ? text(hass, "stream", {
          codec: status.codec,
          kilohertz: decimal(hass, status.sample_rate / 1000, status.sample_rate % 1000 ? 1 : 0),
        })
      : "";
  return html`
    <div role="status">
      <span aria-hidden="true" style="color: ${color}">●</span>
      ${name} ${stream ? html`<span class="quiet">· ${stream}</span>` : nothing}
      ${status.reason ? html`<div class="quiet">${status.reason}</div>` : nothing}
    </div>
  `;
}
