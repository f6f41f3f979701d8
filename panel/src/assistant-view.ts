/** What other thresholds would have told of the last days: a curve, the alerts themselves, and a proposal. */

import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "./alert-list";
import "./chart";
import { type Alerts, type Camera, type Curve, type CurvePoint, getAlerts, getCurve } from "./api";
import type { ChartData } from "./chart";
import { curveChart } from "./curve-chart";
import { className, errorText, type HomeAssistant, numberOf, setThreshold } from "./home";
import { shared, twoColumns } from "./styles";
import { dayCount, decimal, text } from "./texts";

const DAYS = [1, 3, 7, 14];
const STEP = 0.005;

@customElement("audio-guard-assistant")
export class AssistantView extends LitElement {
  @property({ attribute: false }) hass!: HomeAssistant;
  @property({ attribute: false }) camera!: Camera;
  @state() private label = "";
  @state() private days = 14;
  @state() private curve: Curve | undefined;
  @state() private alerts: Alerts | undefined;
  @state() private chosen = 0;
  @state() private message = "";
  @state() private error = "";
  private chart: ChartData | undefined;

  static override styles = [
    shared,
    twoColumns,
    css`
      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: 8px 16px;
        margin-bottom: 12px;
      }
      select {
        background: var(--card-background-color, white);
        border: 1px solid var(--divider-color, #e0e0e0);
        border-radius: 8px;
        color: inherit;
        font: inherit;
        min-height: 40px;
        padding: 0 8px;
      }
      .tried {
        display: block;
        margin-top: 12px;
      }
      input {
        appearance: none;
        background: var(--divider-color, #e0e0e0);
        border-radius: 2px;
        display: block;
        height: 4px;
        margin: 14px 0;
        width: 100%;
      }
      input::-webkit-slider-thumb {
        appearance: none;
        background: var(--primary-color);
        border-radius: 50%;
        height: 20px;
        width: 20px;
      }
      input::-moz-range-thumb {
        background: var(--primary-color);
        border: 0;
        border-radius: 50%;
        height: 20px;
        width: 20px;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues): void {
    const before: Camera | undefined = changed.get("camera");
    if (!this.hasUpdated || (before && before.entry_id !== this.camera.entry_id)) {
      this.label = this.camera.classes[0]?.label ?? "";
      void this.load();
    }
    if (this.curve && ["curve", "alerts", "chosen"].some((each) => changed.has(each))) {
      this.chart = curveChart(this.hass, this.curve, this.alerts, this.chosen);
    }
  }

  protected override render(): TemplateResult {
    const { hass, curve, alerts } = this;
    return html`
      <section class="surface" aria-labelledby="what-if">
        <h2 id="what-if">${text(hass, "what_if")}</h2>
        ${this.choices()}
        ${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}
        ${curve ? this.whatIf(curve) : nothing}
      </section>
      <div class="side">
        ${curve?.points.length ? this.proposal(curve) : nothing}
        ${
          alerts
            ? html`<audio-guard-alerts
              class="surface"
              .hass=${hass}
              .camera=${this.camera}
              .label=${this.label}
              .alerts=${alerts}
            ></audio-guard-alerts>`
            : nothing
        }
      </div>
    `;
  }

  private choices(): TemplateResult {
    const { hass } = this;
    return html`
      <div class="choices">
        <label>
          ${text(hass, "sound")}
          <select
            @change=${(event: Event) => {
              this.label = (event.target as HTMLSelectElement).value;
              void this.load();
            }}
          >
            ${this.camera.classes.map(
              ({ label }) => html`
                <option value=${label} ?selected=${label === this.label}>
                  ${className(hass, label)}
                </option>
              `,
            )}
          </select>
        </label>
        <label>
          ${text(hass, "days")}
          <select
            @change=${(event: Event) => {
              this.days = Number((event.target as HTMLSelectElement).value);
              void this.load();
            }}
          >
            ${DAYS.map(
              (days) => html`
                <option value=${days} ?selected=${days === this.days}>
                  ${dayCount(hass, days)}
                </option>
              `,
            )}
          </select>
        </label>
      </div>
    `;
  }

  private whatIf(curve: Curve): TemplateResult {
    const { hass } = this;
    const point = this.point(curve);
    const hours = (value: number) => decimal(hass, value, value < 10 ? 1 : 0);
    return html`
      ${
        point
          ? html`
            <audio-guard-chart
              .data=${this.chart}
              .dark=${hass.themes.darkMode}
            ></audio-guard-chart>
            <label class="tried">
              ${text(hass, "try_threshold")}
              <input
                type="range"
                min=${curve.points[0]?.threshold ?? 0}
                max="1"
                step=${STEP}
                .value=${String(this.chosen)}
                aria-valuetext=${decimal(hass, this.chosen, 3)}
                @input=${(event: Event) => {
                  this.chosen = (event.target as HTMLInputElement).valueAsNumber;
                }}
                @change=${() => this.loadAlerts()}
              />
            </label>
            <p role="status">
              ${text(hass, "alerts_at", {
                threshold: decimal(hass, this.chosen, 3),
                alerts: this.total() ?? point.alerts,
                per_day: decimal(hass, point.per_day, 1),
                night: point.night_alerts,
              })}
            </p>
          `
          : nothing
      }
      <p class="quiet">
        ${text(hass, "heard_for", {
          hours: hours(curve.heard_hours),
          night: hours(curve.night_hours),
        })}
      </p>
    `;
  }

  private proposal(curve: Curve): TemplateResult {
    const { hass } = this;
    const { proposal } = curve;
    const now = numberOf(hass, this.thresholdEntity()) ?? curve.threshold;
    const wanted = [...new Set([proposal?.threshold, this.chosen])].filter(
      (each) => each !== undefined && Math.abs(each - now) >= STEP / 2,
    ) as number[];
    return html`
      <section class="surface">
        <h2>
          ${
            proposal
              ? text(hass, "proposal", { threshold: decimal(hass, proposal.threshold, 3) })
              : text(hass, "no_proposal")
          }
        </h2>
        ${
          proposal
            ? html`<p>
              ${text(hass, "proposal_rate", {
                rate: decimal(hass, proposal.per_week, 1),
                limit: decimal(hass, proposal.per_week_limit, 1),
              })}
            </p>`
            : nothing
        }
        ${curve.warnings.map((warning) => html`<p>⚠ ${text(hass, `warning_${warning}`)}</p>`)}
        <div class="choices">
          ${wanted.map(
            (threshold) => html`
              <button class="action" @click=${() => this.use(threshold)}>
                ${text(hass, "use", { threshold: decimal(hass, threshold, 3) })}
              </button>
            `,
          )}
        </div>
        <div role="status">${this.message}</div>
      </section>
    `;
  }

  /** The point of the curve that is nearest to the threshold that is tried. */
  private point(curve: Curve): CurvePoint | undefined {
    const away = (point: CurvePoint) => Math.abs(point.threshold - this.chosen);
    return curve.points.reduce<CurvePoint | undefined>(
      (best, point) => (best && away(best) <= away(point) ? best : point),
      undefined,
    );
  }

  /** How many alerts there are at the threshold that is tried, once it was asked for. */
  private total(): number | null | undefined {
    return this.alerts?.threshold === this.chosen ? this.alerts.total : undefined;
  }

  private thresholdEntity(): string | null {
    return this.camera.classes.find(({ label }) => label === this.label)?.threshold_entity ?? null;
  }

  private async load(): Promise<void> {
    const { camera, label, days } = this;
    this.curve = this.alerts = undefined;
    this.message = this.error = "";
    try {
      const curve = await getCurve(this.hass, camera.entry_id, label, days);
      if (camera !== this.camera || label !== this.label || days !== this.days) return;
      this.curve = curve;
      const lowest = curve.points[0]?.threshold;
      if (lowest === undefined) return;
      this.chosen = Math.max(lowest, curve.proposal?.threshold ?? curve.threshold);
      await this.loadAlerts();
    } catch (error) {
      this.error = text(this.hass, "failed", { error: errorText(error) });
    }
  }

  private async loadAlerts(): Promise<void> {
    const { camera, label, days, chosen } = this;
    try {
      const alerts = await getAlerts(this.hass, camera.entry_id, label, days, chosen);
      if (label === this.label && days === this.days && chosen === this.chosen) {
        this.alerts = alerts;
      }
    } catch (error) {
      this.error = text(this.hass, "failed", { error: errorText(error) });
    }
  }

  private async use(threshold: number): Promise<void> {
    const entity = this.thresholdEntity();
    if (entity === null) return;
    try {
      await setThreshold(this.hass, entity, threshold);
      this.message = text(this.hass, "used", { threshold: decimal(this.hass, threshold, 3) });
    } catch (error) {
      this.message = text(this.hass, "failed", { error: errorText(error) });
    }
  }
}
