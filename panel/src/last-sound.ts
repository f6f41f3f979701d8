/** What a camera heard last, as its event entity tells, with a link to the clip. */

import { html, nothing, type TemplateResult } from "lit";
import type { Camera } from "./api";
import { className, type HomeAssistant } from "./home";
import { clipsPath } from "./paths";
import { decimal, moment, text } from "./texts";

export function lastSound(hass: HomeAssistant, camera: Camera): TemplateResult {
  const event = camera.sound_entity ? hass.states[camera.sound_entity] : undefined;
  const label = event?.attributes.event_type;
  if (!event || typeof label !== "string") {
    const nothingYet = event?.state === "unknown" ? text(hass, "heard_nothing") : "–";
    return html`<div role="status">${nothingYet}</div>`;
  }
  const { score, clip_media: media } = event.attributes;
  const clip = typeof media === "string" ? media.split("/").at(-1) : undefined;
  return html`
    <div role="status">
      <strong>${className(hass, label)}</strong>
      ${typeof score === "number" ? decimal(hass, score, 2) : nothing}
      ${Number.isNaN(Date.parse(event.state)) ? nothing : html`· ${moment(hass, event.state)}`}
    </div>
    ${
      clip && hass.user.is_admin
        ? html`<a href=${clipsPath(camera.entry_id, clip)}>${text(hass, "open_clip")}</a>`
        : nothing
    }
  `;
}
