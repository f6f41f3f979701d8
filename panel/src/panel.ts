/** The panel: one camera at a time, a page for each thing to do with it. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "./assistant-view";
import "./clips-view";
import "./live-view";
import { type Camera, listCameras } from "./api";
import { errorText, type HomeAssistant, navigate, type Route } from "./home";
import { PAGES, pagePath, placeOf } from "./paths";
import { shared } from "./styles";
import { text } from "./texts";

const ADD_CAMERA = "/config/integrations/dashboard/add?domain=audio_guard";

@customElement("audio-guard-panel")
export class Panel extends LitElement {
  @property({ attribute: false }) hass!: HomeAssistant;
  @property({ attribute: false }) route?: Route;
  @property({ type: Boolean }) narrow = false;
  @state() private cameras: Camera[] | undefined;
  @state() private error = "";

  static override styles = [
    shared,
    css`
      :host {
        background: var(--primary-background-color, #fafafa);
        box-sizing: border-box;
        min-height: 100vh;
      }
      header {
        background: var(--app-header-background-color, var(--primary-color));
        border-bottom: var(--app-header-border-bottom, none);
        color: var(--app-header-text-color, white);
        padding: 0 12px;
        position: sticky;
        top: 0;
        z-index: 2;
      }
      .bar {
        align-items: center;
        display: flex;
        gap: 12px;
        min-height: var(--header-height, 56px);
      }
      h1 {
        flex: 1;
        font-size: 20px;
        font-weight: 400;
        margin: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      select {
        background: var(--card-background-color, white);
        border: 1px solid var(--divider-color, #e0e0e0);
        border-radius: 8px;
        color: var(--primary-text-color);
        font: inherit;
        max-width: 50%;
        min-height: 40px;
        padding: 0 8px;
      }
      nav {
        display: flex;
        gap: 4px;
      }
      nav a {
        border-bottom: 3px solid transparent;
        color: inherit;
        font-weight: 500;
        padding: 10px 16px;
        text-decoration: none;
      }
      nav a[aria-current] {
        border-color: currentcolor;
      }
      nav a:focus-visible {
        outline-color: currentcolor;
        outline-offset: -3px;
      }
      main {
        box-sizing: border-box;
        margin: 0 auto;
        max-width: 1280px;
        padding: 16px;
      }
      @media (max-width: 480px) {
        main {
          padding: 8px;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  protected override render(): TemplateResult {
    const { hass, cameras } = this;
    const { entryId, page } = placeOf(this.route);
    const camera = entryId ? cameras?.find((each) => each.entry_id === entryId) : cameras?.[0];
    return html`
      <header>
        <div class="bar">
          <ha-menu-button .hass=${hass} .narrow=${this.narrow}></ha-menu-button>
          <h1>Audio Guard</h1>
          ${camera && cameras ? this.choice(cameras, camera) : nothing}
        </div>
        ${
          camera
            ? html`<nav aria-label=${text(hass, "pages")}>
              ${PAGES.map(
                (each) => html`
                  <a
                    href=${pagePath(camera.entry_id, each)}
                    aria-current=${each === page ? "page" : nothing}
                    >${text(hass, each)}</a
                  >
                `,
              )}
            </nav>`
            : nothing
        }
      </header>
      <main>
        ${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}
        ${camera ? this.page(camera) : this.nothingToShow()}
      </main>
    `;
  }

  private choice(cameras: Camera[], chosen: Camera): TemplateResult {
    if (cameras.length === 1) return html`<span>${chosen.title}</span>`;
    const { page } = placeOf(this.route);
    return html`
      <select
        aria-label=${text(this.hass, "camera")}
        @change=${(event: Event) => {
          navigate(pagePath((event.target as HTMLSelectElement).value, page));
        }}
      >
        ${cameras.map(
          (camera) => html`
            <option value=${camera.entry_id} ?selected=${camera === chosen}>${camera.title}</option>
          `,
        )}
      </select>
    `;
  }

  private page(camera: Camera): TemplateResult {
    const { hass } = this;
    const { page, clip } = placeOf(this.route);
    switch (page) {
      case "live":
        return html`<audio-guard-live
          .hass=${hass}
          .camera=${camera}
          @set-up=${this.load}
        ></audio-guard-live>`;
      case "clips":
        return html`<audio-guard-clips
          .hass=${hass}
          .camera=${camera}
          .chosen=${clip}
        ></audio-guard-clips>`;
      case "assistant":
        return html`<audio-guard-assistant
          .hass=${hass}
          .camera=${camera}
        ></audio-guard-assistant>`;
    }
  }

  private nothingToShow(): TemplateResult | typeof nothing {
    if (!this.cameras) return nothing;
    const { hass } = this;
    return this.cameras.length
      ? html`<p class="surface">${text(hass, "unknown_camera")}</p>`
      : html`<p class="surface">
          ${text(hass, "no_cameras")} <a href=${ADD_CAMERA}>${text(hass, "add_camera")}</a>
        </p>`;
  }

  private async load(): Promise<void> {
    try {
      const [cameras] = await Promise.all([
        listCameras(this.hass),
        this.hass.loadBackendTranslation("entity", "audio_guard"),
      ]);
      this.cameras = cameras;
      this.error = "";
    } catch (error) {
      this.error = text(this.hass, "failed", { error: errorText(error) });
    }
  }
}
