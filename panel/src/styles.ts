/** Looks that the panel's elements share; all colors are the theme's. */

import { css } from "lit";

export const shared = css`
  :host {
    display: block;
    color: var(--primary-text-color);
    font-family: var(--ha-font-family-body, Roboto, sans-serif);
    font-size: 14px;
    line-height: 1.4;
  }
  .surface {
    background: var(--ha-card-background, var(--card-background-color, white));
    border: var(--ha-card-border-width, 1px) solid
      var(--ha-card-border-color, var(--divider-color, #e0e0e0));
    border-radius: var(--ha-card-border-radius, 12px);
    padding: 16px;
  }
  h2 {
    font-size: 16px;
    font-weight: 500;
    margin: 0 0 12px;
  }
  .quiet {
    color: var(--secondary-text-color);
  }
  .error {
    color: var(--error-color, #db4437);
  }
  button {
    font: inherit;
    cursor: pointer;
  }
  .action {
    background: var(--primary-color);
    border: 0;
    border-radius: 20px;
    color: var(--text-primary-color, white);
    font-weight: 500;
    min-height: 40px;
    padding: 0 20px;
  }
  .action[aria-pressed="true"] {
    background: var(--error-color, #db4437);
  }
  .action:disabled {
    cursor: default;
    opacity: 0.5;
  }
  a {
    color: var(--primary-color);
  }
  :focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
`;

/** A page of two columns, the second of which holds several parts; on a phone they follow each other. */
export const twoColumns = css`
  :host {
    display: grid;
    gap: 16px;
    grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
  }
  section {
    align-self: start;
  }
  .side {
    align-content: start;
    display: grid;
    gap: 16px;
  }
  @media (max-width: 870px) {
    :host {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;

// Told apart by most who see few colors, on white and on black.
const COLORS = [
  "#e69f00",
  "#56b4e9",
  "#009e73",
  "#cc79a7",
  "#d55e00",
  "#0072b2",
  "#a08c00",
  "#8c6bb1",
];

/** The color of a model's class, by its place among the classes. */
export function classColor(index: number): string {
  return COLORS[index % COLORS.length] ?? "gray";
}
