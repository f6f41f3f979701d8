/** What was kept of a camera's sounds: a list, and the clip that is chosen in it. */

import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "./clip-view";
import { type Camera, type Clip, listClips } from "./api";
import { className, errorText, type HomeAssistant } from "./home";
import { clipsPath } from "./paths";
import { shared } from "./styles";
import { moment, text } from "./texts";

// Five seconds after the sound, two for late ones, and the time to write.
const CLIP_TAKES_MS = 9000;

@customElement("audio-guard-clips")
export class ClipsView extends LitElement {
  @property({ attribute: false }) hass!: HomeAssistant;
  @property({ attribute: false }) camera!: Camera;
  /** The name of the clip that is chosen. */
  @property({ attribute: false }) chosen?: string | undefined;
  @state() private clips: Clip[] | undefined;
  @state() private more = false;
  @state() private error = "";
  private newest: string | undefined;
  private refresh = 0;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 16px;
        grid-template-columns: minmax(240px, 340px) minmax(0, 1fr);
      }
      ul {
        display: grid;
        gap: 4px;
        list-style: none;
        margin: 0;
        padding: 0;
      }
      .list {
        align-self: start;
        padding: 8px;
      }
      li a {
        align-items: center;
        border-radius: 8px;
        color: inherit;
        display: grid;
        gap: 12px;
        grid-template-columns: 96px 1fr;
        padding: 8px;
        text-decoration: none;
      }
      li a:hover,
      li a[aria-current] {
        background: var(--secondary-background-color, #f0f0f0);
      }
      li img {
        background: rgb(0 0 4);
        border-radius: 4px;
        display: block;
        height: 40px;
        object-fit: cover;
        width: 96px;
      }
      .list .action {
        margin: 12px 8px 8px;
      }
      .list p {
        margin: 8px;
      }
      @media (max-width: 870px) {
        :host {
          grid-template-columns: minmax(0, 1fr);
        }
        audio-guard-clip {
          order: -1;
        }
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.refresh);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("camera");
    if (!this.hasUpdated || (before && before.entry_id !== this.camera.entry_id)) {
      this.clips = undefined;
      void this.load();
    } else if (changed.has("hass")) {
      this.followNew();
    }
  }

  protected override render(): TemplateResult {
    const { hass, clips, camera, chosen } = this;
    return html`
      <nav class="surface list" aria-label=${text(hass, "clips")}>
        ${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}
        ${camera.clips ? nothing : html`<p class="quiet">${text(hass, "clips_are_off")}</p>`}
        ${
          clips?.length === 0 && camera.clips
            ? html`<p class="quiet">${text(hass, "no_clips")}</p>`
            : nothing
        }
        <ul>
          ${clips?.map((clip) => this.item(clip))}
        </ul>
        ${
          this.more
            ? html`<button class="action" @click=${() => this.load(clips?.at(-1)?.name)}>
              ${text(hass, "more")}
            </button>`
            : nothing
        }
      </nav>
      ${
        chosen
          ? html`<audio-guard-clip
            class="surface"
            .hass=${hass}
            .camera=${camera}
            .name=${chosen}
          ></audio-guard-clip>`
          : nothing
      }
    `;
  }

  private item(clip: Clip): TemplateResult {
    const { hass } = this;
    return html`
      <li>
        <a
          href=${clipsPath(this.camera.entry_id, clip.name)}
          aria-current=${clip.name === this.chosen ? "true" : nothing}
        >
          <img src=${hass.hassUrl(clip.picture)} alt="" loading="lazy" />
          <span>
            <strong>${className(hass, clip.label)}</strong><br />
            <span class="quiet">${moment(hass, clip.heard_at)}</span>
          </span>
        </a>
      </li>
    `;
  }

  /** Load the list, or what follows a clip in it. */
  private async load(before?: string): Promise<void> {
    const entryId = this.camera.entry_id;
    try {
      const { clips, more } = await listClips(this.hass, entryId, before);
      if (entryId !== this.camera.entry_id) return;
      this.clips = before === undefined ? clips : [...(this.clips ?? []), ...clips];
      this.more = more;
      this.error = "";
    } catch (error) {
      this.error = text(this.hass, "failed", { error: errorText(error) });
    }
  }

  /** Look for a new clip when a sound was heard: it is there some seconds later, when its sound is over. */
  private followNew(): void {
    const { sound_entity: entity } = this.camera;
    const newest = entity ? this.hass.states[entity]?.state : undefined;
    if (newest === this.newest) return;
    if (this.newest !== undefined) {
      clearTimeout(this.refresh);
      this.refresh = window.setTimeout(() => this.load(), CLIP_TAKES_MS);
    }
    this.newest = newest;
  }
}
