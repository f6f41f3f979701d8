/** What one camera hears now. */

import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import "./level-meter";
import "./score-bars";
import "./spectrogram";
import type { Camera } from "./api";
import { errorText, type HomeAssistant } from "./home";
import { lastSound } from "./last-sound";
import { Listening } from "./listen";
import { LiveFeed } from "./live-feed";
import type { Spectrogram } from "./spectrogram";
import { statusLine } from "./status-line";
import { shared, twoColumns } from "./styles";
import { text } from "./texts";

@customElement("audio-guard-live")
export class LiveView extends LitElement {
  @property({ attribute: false }) hass!: HomeAssistant;
  @property({ attribute: false }) camera!: Camera;
  @state() private listening: Listening | undefined;
  @state() private message = "";
  @query("audio-guard-spectrogram") private readonly spectrogram!: Spectrogram;
  private readonly feed = new LiveFeed(this, {
    setUp: () => this.dispatchEvent(new CustomEvent("set-up")),
    spectrum: (spectrum) => this.spectrogram?.add(spectrum),
  });

  static override styles = [
    shared,
    twoColumns,
    css`
      .top {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        gap: 12px;
        justify-content: space-between;
      }
      audio-guard-level {
        margin-top: 16px;
      }
      p {
        margin: 12px 0 0;
      }
      @media (max-width: 870px) {
        .side {
          display: contents;
        }
        /* What is on now, then the sounds. */
        .now {
          order: -1;
        }
      }
    `,
  ];

  get entryId(): string {
    return this.camera.entry_id;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("camera");
    if (before && before.entry_id !== this.camera.entry_id) {
      this.stop();
      this.message = "";
      this.spectrogram?.clear();
    }
  }

  protected override render(): TemplateResult {
    const { hass, camera, feed } = this;
    const status = feed.status ?? camera;
    return html`
      <section class="surface" aria-labelledby="sounds">
        <h2 id="sounds">${text(hass, "sounds")}</h2>
        <audio-guard-bars
          .hass=${hass}
          .classes=${camera.classes}
          .scores=${feed.frame?.scores}
        ></audio-guard-bars>
        <p class="quiet">${text(hass, "threshold_help")}</p>
      </section>
      <div class="side">
        <section class="surface now">
          <div class="top">
            ${statusLine(hass, status)}
            ${hass.user.is_admin ? this.listenButton(status.hears) : nothing}
          </div>
          <audio-guard-level .hass=${hass} .level=${feed.frame?.level}></audio-guard-level>
          <p role="status">${this.listening ? text(hass, "listening") : this.message}</p>
          ${feed.error ? html`<p class="error" role="alert">${errorText(feed.error)}</p>` : nothing}
        </section>
        <section class="surface now">
          <h2>${text(hass, "heard_last")}</h2>
          ${lastSound(hass, camera)}
        </section>
        ${
          hass.user.is_admin
            ? html`<section class="surface">
              <h2>${text(hass, "spectrogram")}</h2>
              <audio-guard-spectrogram .hass=${hass}></audio-guard-spectrogram>
            </section>`
            : nothing
        }
      </div>
    `;
  }

  private listenButton(hears: boolean): TemplateResult {
    const label = text(this.hass, this.listening ? "stop" : "listen");
    return html`
      <button
        class="action"
        aria-pressed=${this.listening ? "true" : "false"}
        ?disabled=${!hears && !this.listening}
        @click=${() => (this.listening ? this.stop() : this.start())}
      >
        ${label}
      </button>
    `;
  }

  private start(): void {
    this.message = "";
    this.listening = new Listening(this.hass, this.camera.entry_id, (error) => {
      this.stop();
      this.message = error
        ? text(this.hass, "failed", { error: errorText(error) })
        : text(this.hass, "stopped");
    });
  }

  private stop(): void {
    this.listening?.stop();
    this.listening = undefined;
  }
}
