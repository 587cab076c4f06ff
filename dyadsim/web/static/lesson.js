// Where a lesson's numbers come from: the local server, or the grid inside a single file.

import { tr, inLanguage } from "./words.js";

const kept = document.getElementById("kept");
const file = kept === null ? null : JSON.parse(kept.textContent);

export const inFile = file !== null;
export const grid = inFile ? file.grid : {};
export const fileStart = inFile ? file.start : {};

export async function about() {
  if (inFile) return file.about;
  return (await fetch(inLanguage("/api/lessons"))).json();
}

export function query(settings) {
  return new URLSearchParams(Object.entries(settings).map(([k, v]) => [k, String(v)])).toString();
}

function key(settings) {
  return Object.keys(settings).sort().map((name) => `${name}=${settings[name]}`).join("&");
}

function distance(settings, others, moved) {
  // What was moved last counts most, then choices, then numbers.
  let sum = 0;
  for (const [name, value] of Object.entries(settings)) {
    const other = others[name];
    const weight = name === moved ? 50 : 1;
    if (typeof value === "number") sum += weight * Math.abs(value - other) / (Math.abs(value) + Math.abs(other) + 1e-9);
    else if (value !== other) sum += 100;
  }
  return sum;
}

let before = null; // the settings of the last answer

function nearest(settings) {
  // The file holds a grid: return the result at the settings that differ least.
  const changed = before === null ? [] : Object.keys(settings).filter((name) => settings[name] !== before[name]);
  const moved = changed.length === 1 ? changed[0] : null;
  let best = null;
  let least = Infinity;
  for (const result of Object.values(file.known)) {
    const far = distance(settings, result.settings, moved);
    if (far < least) [best, least] = [result, far];
  }
  const back = file.about.lessons[0].controls
    .filter(({ key }) => settings[key] !== best.settings[key]).map(({ label }) => label);
  return { ...best, notes: [tr("in this file sliders move one at a time; put elsewhere: {names}", { names: back.join(", ") })] };
}

export async function numbers(name, settings) {
  if (inFile) {
    const answer = file.known[key(settings)] ?? nearest(settings);
    before = answer.settings;
    return answer;
  }
  const answer = await fetch(inLanguage(`/api/lesson/${name}?${query(settings)}`));
  if (!answer.ok) throw new Error(tr("the server answered {n}", { n: answer.status }));
  return answer.json();
}

export async function seedNumbers(name, settings, first, result) {
  // The numbers of a lesson at ten seeds; a single file knows only its own.
  if (inFile) return [result.numbers];
  const answer = await fetch(`/api/seeds/${name}?${query({ ...settings, seed: first })}`);
  if (!answer.ok) throw new Error(tr("the server answered {n}", { n: answer.status }));
  return answer.json();
}
