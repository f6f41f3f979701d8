/** The assistant's chart: alerts a day over the threshold, with the alerts of one of the thresholds on it. */

import type { Alert, Alerts, Curve } from "./api";
import type { ChartData, Line } from "./chart";
import type { HomeAssistant } from "./home";
import { decimal, type TextKey, text } from "./texts";

const COLORS = { curve: "#0072b2", none: "#8c8c8c", right: "#009e73", wrong: "#d55e00" };

export function curveChart(
  hass: HomeAssistant,
  curve: Curve,
  alerts: Alerts | undefined,
  chosen: number,
): ChartData {
  const { points, proposal } = curve;
  const perDay = new Map(points.map((point) => [point.threshold, point.per_day]));
  const peaks = alerts?.alerts.map(({ peak }) => peak) ?? [];
  const values = [...new Set([...perDay.keys(), ...peaks])].sort((one, other) => one - other);
  const [first, last] = [points[0], points.at(-1)];

  /** The alerts that bear a mark, each on the curve at the threshold from which it would not have been one. */
  function dots(name: TextKey, color: string, marks: Alert["mark"][]): Line {
    const own = new Set(
      alerts?.alerts.filter(({ mark }) => marks.includes(mark)).map(({ peak }) => peak),
    );
    const on = values.map((value) => (own.has(value) ? between(points, value) : null));
    return { name: text(hass, name), color, values: on, dots: true };
  }

  const lines = [
    dots("line_alert", COLORS.none, [null, "unsure"]),
    dots("line_right", COLORS.right, ["right"]),
    dots("line_wrong", COLORS.wrong, ["wrong"]),
  ].filter((line) => line.values.some((value) => value !== null));
  return {
    summary: text(hass, "alerts_summary", {
      most: decimal(hass, first?.per_day ?? 0, 1),
      lowest: decimal(hass, first?.threshold ?? 0, 3),
      least: decimal(hass, last?.per_day ?? 0, 1),
      highest: decimal(hass, last?.threshold ?? 1, 3),
    }),
    axis: text(hass, "alerts_axis"),
    values,
    range: [first?.threshold ?? 0, 1],
    top: 1,
    lines: [
      {
        name: text(hass, "line_curve"),
        color: COLORS.curve,
        values: values.map((value) => perDay.get(value) ?? null),
      },
      ...lines,
    ],
    marks: [
      { at: chosen, color: COLORS.curve },
      { at: curve.threshold, color: COLORS.none, dashed: true },
      ...(proposal ? [{ at: proposal.threshold, color: COLORS.right, dashed: true }] : []),
    ],
  };
}

/** What the curve has at a threshold between two of its points. */
function between(points: Curve["points"], threshold: number): number {
  const after = points.findIndex((point) => point.threshold >= threshold);
  const [left, right] = [points[after - 1], points[after]];
  if (!right) return points.at(-1)?.per_day ?? 0;
  if (!left) return right.per_day;
  const share = (threshold - left.threshold) / (right.threshold - left.threshold);
  return left.per_day + share * (right.per_day - left.per_day);
}
