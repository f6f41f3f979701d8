/** A dashboard's card: what one camera hears now. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "./level-meter";
import "./score-bars";
import { type Camera, listCameras } from "./api";
import { errorText, type HomeAssistant } from "./home";
import { lastSound } from "./last-sound";
import { LiveFeed } from "./live-feed";
import { statusLine } from "./status-line";
import { shared } from "./styles";
import { text } from "./texts";

interface CardConfig {
  /** The camera's config entry; the first camera if there is none. */
  camera?: string;
  title?: string;
}

@customElement("audio-guard-card")
export class Card extends LitElement {
  @property({ attribute: false }) hass?: HomeAssistant;
  @state() private config: CardConfig = {};
  @state() private cameras: Camera[] | undefined;
  @state() private error = "";
  private readonly feed = new LiveFeed(this, { setUp: () => this.load() });

  static override styles = [
    shared,
    css`
      ha-card {
        display: grid;
        gap: 12px;
        padding: 16px;
      }
      h2 {
        margin: 0;
      }
    `,
  ];

  static getConfigForm(): unknown {
    return {
      schema: [
        { name: "camera", selector: { config_entry: { integration: "audio_guard" } } },
        { name: "title", selector: { text: {} } },
      ],
    };
  }

  setConfig(config: CardConfig): void {
    this.config = config;
  }

  getCardSize(): number {
    return 6;
  }

  get entryId(): string | undefined {
    return this.camera?.entry_id;
  }

  private get camera(): Camera | undefined {
    const { camera: wanted } = this.config;
    return wanted ? this.cameras?.find((each) => each.entry_id === wanted) : this.cameras?.[0];
  }

  protected override willUpdate(): void {
    if (!this.hasUpdated) void this.load();
  }

  protected override shouldUpdate(): boolean {
    return this.hass !== undefined;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { hass, camera, feed } = this;
    if (!hass) return nothing;
    if (!camera) {
      const said = this.error || (this.cameras ? text(hass, "choose_camera") : "");
      return html`<ha-card>${said}</ha-card>`;
    }
    return html`
      <ha-card>
        <h2>${this.config.title || camera.title}</h2>
        ${statusLine(hass, feed.status ?? camera)}
        <audio-guard-level .hass=${hass} .level=${feed.frame?.level}></audio-guard-level>
        <audio-guard-bars
          .hass=${hass}
          .classes=${camera.classes}
          .scores=${feed.frame?.scores}
        ></audio-guard-bars>
        <div><span class="quiet">${text(hass, "heard_last")}</span> ${lastSound(hass, camera)}</div>
      </ha-card>
    `;
  }

  private async load(): Promise<void> {
    const { hass } = this;
    if (!hass) return;
    try {
      const [cameras] = await Promise.all([
        listCameras(hass),
        hass.loadBackendTranslation("entity", "audio_guard"),
      ]);
      this.cameras = cameras;
    } catch (error) {
      this.error = text(hass, "failed", { error: errorText(error) });
    }
  }
}
