// The class's bets as bars, and how the pages of a class ask the server.

import { tr } from "/static/words.js";

export const $ = (id) => document.getElementById(id);

export function made(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export async function post(path, body = {}) {
  const answer = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(said.error), { status: answer.status });
  return said;
}

export function bets(n) {
  return n === 1 ? tr("1 bet") : tr("{n} bets", { n });
}

export function devices(n) {
  return n === 1 ? tr("1 device") : tr("{n} devices", { n });
}

export function bars(state) {
  // A row an option: its words, a bar, its count; what the numbers leave possible has a mark.
  const most = Math.max(1, ...state.counts);
  return state.options.map((text, k) => {
    const count = state.counts[k];
    const right = (state.answers ?? []).includes(k);
    const notes = [];
    if (right) notes.push(state.answers.length > 1 ? tr("✓ possible") : tr("✓ the answer"));
    if (state.mine === k) notes.push(tr("your bet"));
    const row = made("li", { className: right ? "right" : "" },
      made("span", { className: "said" }, made("span", { className: "words", textContent: text }),
        made("span", { className: "mark", textContent: notes.join(", ") })),
      made("span", { className: "track", ariaHidden: "true" },
        made("span", { className: "bar", style: `width:${(100 * count) / most}%` })),
      made("span", { className: "count", textContent: bets(count) }));
    return row;
  });
}

export function every(seconds, ask) {
  // Ask again and again, a little spread, and not while the page is out of sight.
  const next = () => setTimeout(async () => {
    if (!document.hidden) await ask();
    next();
  }, 1000 * seconds * (0.85 + 0.3 * Math.random()));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  return ask().then(next);
}
